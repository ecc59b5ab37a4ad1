import { readFileSync } from 'fs';
import { join } from 'path';
import { awscdk, TextFile } from 'projen';

/** The one home of every table's columns; what TypeScript and the docs need of it is generated from here. */
export const CONTRACT_PATH = 'glue-assets/clickstream_lakehouse/contract.json';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  /** travels on the stream: set by the collector, not by the job */
  readonly line: boolean;
  readonly personal: boolean;
  readonly since: number;
  readonly description: string;
  readonly values?: string[];
}
interface Table { readonly description: string; readonly partitionBy: string[]; readonly columns: Column[] }
interface Contract { readonly version: number; readonly lineOnly: Column[]; readonly tables: Record<string, Table> }

/** Types as they travel on the stream: times are epoch milliseconds. */
const LINE_TYPES: Record<string, string> = { string: 'string', int: 'number', bigint: 'number', double: 'number', boolean: 'boolean', timestamp: 'number' };

const quoted = (text: string) => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;

function typescriptField(column: Column): string {
  const type = column.values ? column.values.map(quoted).join(' | ') : LINE_TYPES[column.type];
  const unit = column.type === 'timestamp' ? ' Epoch milliseconds.' : '';
  return `  /** ${column.description}${unit} */\n  readonly ${column.name}${column.nullable ? '?' : ''}: ${type};`;
}

function typescriptRule(column: Column): string {
  const values = column.values ? `, values: [${column.values.map(quoted).join(', ')}]` : '';
  return `  ${column.name}: { type: '${column.type}', required: ${!column.nullable}${values} },`;
}

function typescriptTable(name: string, table: Table): string {
  const columns = table.columns.map(column =>
    `      { name: '${column.name}', type: '${column.type}', comment: ${quoted(column.description)} },`);
  return [
    `  ${name}: {`, `    description: ${quoted(table.description)},`, `    partitionBy: [${table.partitionBy.map(quoted).join(', ')}],`,
    '    columns: [', ...columns, '    ],', '  },',
  ].join('\n');
}

function typescript({ version, lineOnly, tables }: Contract): string[] {
  const [event, bad] = ['events', 'bad_events'].map(name => tables[name].columns.filter(column => column.line));
  const envelope = lineOnly.filter(column => !['v', 'kind'].includes(column.name));
  const eventLine = [...envelope, ...event];
  return [
    '/** Version of the line format. */', `export const CONTRACT_VERSION = ${version};`, '',
    '/** An event as it travels on the stream: whatever protocol it came in, it has these fields. */',
    'export interface CanonicalEvent {', ...eventLine.map(typescriptField), '}', '',
    '/** What could not become an event, as it travels on the stream. */',
    'export interface BadEvent {', ...bad.map(typescriptField), '}', '',
    'export interface FieldRule { readonly type: string; readonly required: boolean; readonly values?: readonly string[] }', '',
    '/** What the validator checks of a CanonicalEvent. */',
    'export const EVENT_RULES: Readonly<Record<keyof CanonicalEvent, FieldRule>> = {', ...eventLine.map(typescriptRule), '};', '',
    'export interface TableColumn { readonly name: string; readonly type: string; readonly comment: string }',
    'export interface TableContract { readonly description: string; readonly partitionBy: readonly string[]; readonly columns: readonly TableColumn[] }', '',
    '/** Columns of the Delta tables, in order, partition columns included. */',
    `export const TABLES: Readonly<Record<${Object.keys(tables).map(quoted).join(' | ')}, TableContract>> = {`,
    ...Object.entries(tables).map(([name, table]) => typescriptTable(name, table)), '};',
  ];
}

function markdown({ lineOnly, tables }: Contract): string[] {
  const rows = (columns: Column[]) => columns.map(column => {
    const values = column.values ? ` One of ${column.values.map(value => `\`${value}\``).join(', ')}.` : '';
    return `| \`${column.name}\` | ${column.type} | ${column.nullable ? '' : 'yes'} | ${column.personal ? 'yes' : ''} | ${column.description}${values} |`;
  });
  const head = ['| column | type | always set | personal data | meaning |', '|---|---|---|---|---|'];
  return [
    '# Tables', '',
    `Generated from [contract.json](../${CONTRACT_PATH}). All times are UTC. Columns are only ever appended; types never change.`, '',
    ...Object.entries(tables).flatMap(([name, table]) => [
      `## ${name}`, '', table.description, `Partitioned by ${table.partitionBy.map(column => `\`${column}\``).join(', ')}.`, '', ...head, ...rows(table.columns), '',
    ]),
    '## Lines on the stream', '',
    'A Kinesis record is lines of JSON. A line has the columns above that the collector sets (times as epoch milliseconds) and:', '',
    ...head, ...rows(lineOnly),
  ];
}

/** Generates the TypeScript view of the contract and its documentation page; CI fails when they are stale. */
export function generateContract(project: awscdk.AwsCdkConstructLibrary) {
  const contract: Contract = JSON.parse(readFileSync(join(project.outdir, CONTRACT_PATH), 'utf8'));
  const code = new TextFile(project, 'src/contract/generated.ts', { marker: true });
  code.addLine(`// ${code.marker}`);
  typescript(contract).forEach(line => code.addLine(line));
  const page = new TextFile(project, 'docs/tables.md', { marker: true });
  page.addLine(`<!-- ${page.marker} -->`);
  markdown(contract).forEach(line => page.addLine(line));
  project.eslint?.addIgnorePattern('src/contract/generated.ts');
}
