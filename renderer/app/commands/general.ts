// Commands of the page around the reading room: going places, help, signing out.
import { toasts } from '../../ui/toasts.svelte.ts';
import { jobsTray } from '../../jobs/jobs.svelte.ts';
import { openNext } from '../../worklist/open-next.ts';
import { overlays } from '../overlays.svelte.ts';
import { router } from '../router.svelte.ts';
import type { StudyPage } from '../routes.ts';
import { session } from '../session.svelte.ts';
import { always, type Command, type CommandContext } from './command.ts';

const coordinator = (context: CommandContext) => context.study !== null && context.role === 'coordinator';
const signedIn = (context: CommandContext) => context.study !== null && context.role !== null;

function goTo(page: StudyPage, label: string, when: Command['when'], keys: string[] = []): Command {
  return {
    id: `go-${page}`,
    label: `Go to ${label}`,
    group: 'Go to',
    keys,
    when,
    run: ({ study }) => study && router.go({ page, study }),
  };
}

export const generalCommands: readonly Command[] = [
  {
    id: 'palette',
    label: 'Find a command',
    group: 'Concord',
    keys: ['Ctrl+K'],
    when: always,
    run: () => overlays.toggle('palette'),
    keysOnly: true,
  },
  {
    id: 'key-sheet',
    label: 'Show all keys',
    group: 'Concord',
    keys: ['?'],
    when: always,
    run: () => overlays.toggle('keys'),
  },
  {
    id: 'jobs',
    label: 'Show or hide jobs',
    group: 'Concord',
    keys: ['Ctrl+J'],
    when: signedIn,
    run: () => (jobsTray.open = !jobsTray.open),
  },
  {
    id: 'go-start',
    label: 'Go to studies',
    group: 'Go to',
    keys: ['Alt+Home'],
    when: ({ route }) => route.page !== 'start' && !session.host?.oneStudy,
    run: () => router.go({ page: 'start' }),
  },
  {
    id: 'new-study',
    label: 'New study',
    group: 'Concord',
    keys: ['Alt+Insert'],
    when: ({ route }) => route.page === 'start' && !session.host?.oneStudy,
    run: () => router.go({ page: 'new' }),
  },
  {
    id: 'next-region',
    label: 'To the next part of the page',
    group: 'Go to',
    keys: ['F6'],
    when: always,
    run: () => {
      const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')];
      const at = regions.findIndex((region) => region.contains(document.activeElement));
      regions[(at + 1) % regions.length]?.focus();
    },
    keysOnly: true,
  },
  goTo('worklist', 'the worklist', signedIn),
  goTo('cases', 'cases', coordinator),
  goTo('board', 'the board', coordinator),
  goTo('protocol', 'the protocol', coordinator),
  goTo('adjudication', 'consensus', coordinator),
  goTo('agreement', 'agreement', coordinator),
  goTo('drift', 'drift', coordinator),
  goTo('bundles', 'bundles', coordinator),
  goTo('models', 'models', coordinator),
  goTo('audit', 'the audit trail', coordinator),
  {
    id: 'settings',
    label: 'Settings',
    group: 'Concord',
    keys: ['Ctrl+,'],
    when: ({ route }) => route.page !== 'reading',
    run: ({ study }) => router.go(study ? { page: 'settings', study } : { page: 'settings', study: null }),
  },
  {
    id: 'next-case',
    label: 'Open the next case',
    group: 'Worklist',
    keys: ['N'],
    when: ({ route, role }) => role !== null && (route.page === 'worklist' || route.page === 'reading'),
    run: ({ study }) => openNext(study!),
  },
  {
    id: 'sign-out',
    label: 'Sign out',
    group: 'Concord',
    keys: ['Alt+Shift+Q'],
    // Whoever draws leaves first, which waits for the last stroke.
    when: (context) =>
      signedIn(context) && context.route.page !== 'reading' && context.room?.kind !== 'reading',
    run: async () => {
      const name = session.you?.name;
      await session.signOut();
      toasts.show({ tone: 'info', text: `${name} is signed out.` });
    },
  },
];
