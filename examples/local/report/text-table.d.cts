/** How a table looks. */
export interface TableLook {
  readonly indent: string;
  /** between two columns */
  readonly gap: string;
  /** the character under the headings, and what joins it between two columns */
  readonly rule: string;
  readonly crossing: string;
  /** in characters: longer values are cut */
  readonly maxWidth: number;
}

/** The report's look. */
export const PLAIN: TableLook;
/** The look of database clients. */
export const RULED: TableLook;

/** Control and direction characters are shown as escapes. @param look by default PLAIN */
export function renderTable(
  headings: readonly string[], rows: ReadonlyArray<readonly string[]>, look?: TableLook): string;
