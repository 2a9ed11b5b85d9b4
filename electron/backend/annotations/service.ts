// Measurements of a read: drawn while it is a draft, sealed with it, seen by whoever may see its mask.
import {
  measure,
  type Annotation,
  type AnnotationKind,
  type NewAnnotation,
  type Oblique,
  type RegionStatistics,
} from '../../contract/annotations.ts';
import { Problem } from '../../contract/problem.ts';
import type { Triple } from '../../contract/geometry.ts';
import type { Person } from '../../contract/study.ts';
import type { Tables } from '../../database/tables.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import type { Editor, ReadService } from '../reads/service.ts';

/** More than anybody draws by hand in one read. */
const MOST = 500;

export interface AnnotationService {
  /** In the order they were drawn. Throws Problem `read-not-found` for what `person` may not see. */
  list(study: OpenStudy, readId: string, person: Person): Promise<Annotation[]>;
  /**
   * Throws Problem `annotation-without-extent`, `too-many-annotations`, and the refusals of every write: `read-not-found`,
   * `read-sealed`, `lease-lost`.
   */
  add(study: OpenStudy, readId: string, drawn: NewAnnotation, editor: Editor): Promise<Annotation>;
  /** One that is not there any more is no error. Refusals as of `add`. */
  remove(study: OpenStudy, readId: string, id: string, editor: Editor): Promise<void>;
}

export function createAnnotationService(needs: {
  reads: Pick<ReadService, 'viewable' | 'editable' | 'renew'>;
}): AnnotationService {
  const { reads } = needs;
  return {
    async list(study, readId, person) {
      const record = await reads.viewable(study, readId, person);
      const rows = await study.database.read
        .selectFrom('annotation')
        .selectAll()
        .where('read_id', '=', record.id)
        .orderBy('at')
        .orderBy('id')
        .execute();
      return rows.map(toAnnotation);
    },
    add: (study, readId, drawn, editor) =>
      study.database.write(async (tx) => {
        await reads.editable(tx, readId, editor);
        const annotation = made(drawn);
        const { count } = await tx
          .selectFrom('annotation')
          .select((e) => e.fn.countAll<number>().as('count'))
          .where('read_id', '=', readId)
          .executeTakeFirstOrThrow();
        if (count >= MOST) {
          throw new Problem(
            'too-many-annotations',
            `This read has ${MOST} measurements, which is the most it can hold. Remove some first.`,
            { status: 409 },
          );
        }
        const { points, statistics, oblique, ...plain } = annotation;
        await tx
          .insertInto('annotation')
          .values({
            ...plain,
            read_id: readId,
            points: JSON.stringify(points),
            statistics: statistics && JSON.stringify(statistics),
            oblique: oblique && JSON.stringify(oblique),
          })
          .execute();
        await reads.renew(tx, readId);
        return annotation;
      }),
    remove: (study, readId, id, editor) =>
      study.database.write(async (tx) => {
        await reads.editable(tx, readId, editor);
        await tx.deleteFrom('annotation').where('read_id', '=', readId).where('id', '=', id).execute();
        await reads.renew(tx, readId);
      }),
  };
}

function made(drawn: NewAnnotation): Annotation {
  const value = measure(drawn.kind, drawn.points);
  if (!Number.isFinite(value) || (drawn.kind !== 'angle' && value === 0)) {
    throw new Problem(
      'annotation-without-extent',
      'A measurement needs points that lie apart. Draw it again.',
      {
        status: 422,
      },
    );
  }
  const { kind, plane, slice, oblique = null, points } = drawn;
  const statistics = drawn.kind === 'ellipse' ? drawn.statistics : null;
  const at = new Date().toISOString();
  return { id: newId(), kind, plane, slice, oblique, points, value, statistics, at };
}

function toAnnotation(row: Tables['annotation']): Annotation {
  return {
    id: row.id,
    kind: row.kind satisfies AnnotationKind,
    plane: row.plane,
    slice: row.slice,
    oblique: row.oblique === null ? null : (JSON.parse(row.oblique) as Oblique),
    points: JSON.parse(row.points) as Triple[],
    value: row.value,
    statistics: row.statistics === null ? null : (JSON.parse(row.statistics) as RegionStatistics),
    at: row.at,
  };
}
