/** Page with a section for each alarm, whose heading is the alarm's construct id. A test compares the two. */
const RUNBOOK = 'https://github.com/cdk-clickstream/cdk-clickstream-lakehouse/blob/main/docs/runbook.md';

/** URL of a section, by its heading. */
export function runbookSection(heading: string): string {
  return `${RUNBOOK}#${heading.toLowerCase().replace(/ /g, '-')}`;
}
