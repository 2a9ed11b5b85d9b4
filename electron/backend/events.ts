// The hub behind each study's event stream.
import type { StudyEvent } from '../contract/jobs.ts';
import type { Person } from '../contract/study.ts';
import type { EventHub } from './context.ts';

export function createEventHub(): EventHub {
  const listeners = new Set<{ person: Person; listener: (event: StudyEvent) => void }>();
  return {
    publish(event, onlyFor) {
      for (const { person, listener } of listeners) {
        if (person.role === 'coordinator' || !onlyFor || onlyFor.personId === person.id) listener(event);
      }
    },
    subscribe(person, listener) {
      const entry = { person, listener };
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
}
