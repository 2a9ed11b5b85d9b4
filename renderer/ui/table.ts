// Columns of a sortable table, and its sorting. A missing value always goes last, whichever way is sorted.
export interface Column<Row> {
  key: string;
  label: string;
  numeric?: boolean;
  nowrap?: boolean;
  width?: string;
  /** Shown on hover of the header: the definition of what stands below. */
  hint?: string;
  /** What the column sorts by; a column without it does not sort. */
  sort?: (row: Row) => string | number | null;
  text?: (row: Row) => string;
  /** Drawn by the table's `cell` snippet. */
  custom?: boolean;
}

export interface Sorting {
  column: string | null;
  descending: boolean;
}

const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The rows in the order asked for; the given order where nothing is asked or two rows are equal. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting,
): Row[] {
  const by = columns.find((column) => column.key === sorting.column)?.sort;
  if (!by) return [...rows];
  const direction = sorting.descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: by(row) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
      if (typeof a.value === 'number' && typeof b.value === 'number') return direction * (a.value - b.value);
      return direction * words.compare(String(a.value), String(b.value));
    })
    .map(({ row }) => row);
}
