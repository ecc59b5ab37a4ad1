/** `npm run report`: what a reviewer asks about each example, from its synthesized template. */
import { renderTable } from '../examples/local/report/text-table.cjs';
import { statementsByRole } from '../test/support/iam-statements';
import { inspectExample, InspectedExample } from '../test/support/synth-example';

export const EXAMPLES = ['minimal', 'dev', 'prod'];

/** Columns of the report: a figure of an example by its title. A new figure is a new line here. */
const FIGURES: Record<string, (example: InspectedExample) => string> = {
  'stacks': ({ templates }) => String(templates.length),
  'resources': ({ templates }) => String(templates.flatMap(({ Resources }) => Object.keys(Resources)).length),
  'statements with * (on all)': example =>
    `${wildcardStatements(example).length} (${wildcardStatements(example).filter(onAll).length})`,
  'idle USD/month': ({ idleUsd }) => idleUsd.toFixed(2),
  'AwsSolutions': ({ nag }) => findings(nag.AwsSolutions),
  'Serverless': ({ nag }) => findings(nag.Serverless),
  'NIST 800-53 r5': ({ nag }) => findings(nag['NIST.800.53.R5']),
};

function findings({ open, acknowledged }: { readonly open: unknown[]; readonly acknowledged: unknown[] }): string {
  return `${open.length} (${acknowledged.length})`;
}

/** `role: actions on resources` of the statements whose actions or resources have a `*`. */
export function wildcardStatements({ templates }: InspectedExample): string[] {
  return templates.flatMap(template => Object.entries(statementsByRole(template)).flatMap(
    ([role, lines]) => lines.filter(line => line.split(' if ')[0].includes('*')).map(line => `${role}: ${line}`)));
}

/** Whether a statement is about all resources, and not those below a path. */
function onAll(statement: string): boolean {
  return statement.split(' if ')[0].endsWith(' on *');
}

export function report(examples: Record<string, InspectedExample>): string {
  const rows = Object.entries(examples)
    .map(([name, example]) => [name, ...Object.values(FIGURES).map(figure => figure(example))]);
  const statements = new Set(Object.values(examples).flatMap(wildcardStatements).filter(onAll));
  return [
    renderTable(['example', ...Object.keys(FIGURES)], rows),
    '',
    '  cdk-nag: open findings (acknowledged ones). docs/security.md has the reasons, also of the statements with *.',
    '  The examples are Compliance.STANDARD, and the NIST pack is for STRICT.',
    '',
    '  IAM statements on all resources',
    ...[...statements].sort().map(statement => `    ${statement}`),
  ].join('\n');
}

if (require.main === module) {
  console.log(report(Object.fromEntries(EXAMPLES.map(name => [name, inspectExample(name)]))));
}
