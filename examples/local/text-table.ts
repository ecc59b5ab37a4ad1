/** Columns padded to their widest value; without a line of headings when they are empty. */
export function renderTable(headings: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map(row => row[column].length)));
  const line = (cells: readonly string[]) => `  ${cells.map((cell, column) => cell.padEnd(widths[column])).join('   ')}`.trimEnd();
  const head = headings.some(heading => heading !== '') ? [line(headings), `  ${widths.map(width => '─'.repeat(width)).join('   ')}`] : [];
  return [...head, ...rows.map(line)].join('\n');
}
