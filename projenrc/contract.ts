import { readFileSync } from 'fs';
import { join } from 'path';
import { awscdk, TextFile } from 'projen';

/** The one home of every fact that Python and TypeScript share. TypeScript and the docs are generated from it. */
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

interface Table {
  readonly description: string;
  readonly partitionBy: string[];
  readonly columns: Column[];
}

interface SparkSetting {
  readonly name: string;
  readonly value: string;
  /** Spark reads it only when the session starts */
  readonly fixedAtStart: boolean;
  readonly reason: string;
}

interface ErrorCode {
  readonly code: string;
  readonly stages: string[];
  readonly meaning: string;
}

interface Contract {
  /** of the line format */
  readonly version: number;
  readonly metricsNamespace: string;
  readonly storagePrefixes: Record<string, string>;
  readonly limits: { readonly maxIdLength: number; readonly maxTimestampMs: number; readonly earliestClientMs: number };
  readonly sparkSettings: SparkSetting[];
  readonly errorCodes: ErrorCode[];
  /** fields of a line without a column of the same meaning */
  readonly lineOnly: Column[];
  readonly tables: Record<string, Table>;
}

/** Types as they travel on the stream: times are epoch milliseconds. */
const LINE_TYPES: Record<string, string> = {
  string: 'string', int: 'number', bigint: 'number', double: 'number', boolean: 'boolean', timestamp: 'number',
};

const quoted = (text: string) => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;

/** Columns whose type has a name of its own. */
const NAMED_TYPES: Record<string, string> = { error_code: 'ErrorCode' };

function typescriptType({ name, type, values }: Column): string {
  return NAMED_TYPES[name] ?? values?.map(quoted).join(' | ') ?? LINE_TYPES[type];
}

function typescriptField(column: Column): string {
  const unit = column.type === 'timestamp' ? ' Epoch milliseconds.' : '';
  const name = column.nullable ? `${column.name}?` : column.name;
  return `  /** ${column.description}${unit} */\n  readonly ${name}: ${typescriptType(column)};`;
}

function typescriptRule(column: Column): string {
  const values = column.values ? `, values: [${column.values.map(quoted).join(', ')}]` : '';
  return `  ${column.name}: { type: '${column.type}', required: ${!column.nullable}${values} },`;
}

function typescriptTable(name: string, table: Table): string {
  const columns = table.columns.map(column =>
    `      { name: '${column.name}', type: '${column.type}', comment: ${quoted(column.description)} },`);
  return [
    `  ${name}: {`,
    `    description: ${quoted(table.description)},`,
    `    partitionBy: [${table.partitionBy.map(quoted).join(', ')}],`,
    '    columns: [', ...columns, '    ],', '  },',
  ].join('\n');
}

function typescriptConstants(contract: Contract): string[] {
  const { version, metricsNamespace, storagePrefixes, limits, sparkSettings } = contract;
  const prefixes = Object.entries(storagePrefixes).map(([name, prefix]) => `  ${name}: ${quoted(prefix)},`);
  const settings = sparkSettings.map(({ name, value, reason }) =>
    `  /** ${reason} */\n  ${quoted(name)}: ${quoted(value)},`);
  return [
    '/** Version of the line format: the `v` of every line. */', `export const LINE_VERSION = ${version};`, '',
    '/** Default CloudWatch namespace of every metric. */',
    `export const METRICS_NAMESPACE = ${quoted(metricsNamespace)};`, '',
    '/** Folders of the tables and of the job\'s checkpoints, without a slash at the end. */',
    'export const STORAGE_PREFIXES = {', ...prefixes, '} as const;', '',
    '/** Longest id, in characters. Ids are keys of the de-duplication; the longest that a tracker makes has 100. */',
    `export const MAX_ID_LENGTH = ${limits.maxIdLength};`, '',
    '/** 9999-12-31T23:59:59.999Z: the last time that the timestamps of every engine can hold. */',
    `export const MAX_TIMESTAMP_MS = ${limits.maxTimestampMs};`, '',
    '/** 2000-01-01T00:00:00Z: a client clock that shows less was never set. */',
    `export const EARLIEST_CLIENT_MS = ${limits.earliestClientMs};`, '',
    '/** Spark settings without which the job does not run right. */',
    'export const SPARK_SETTINGS: Readonly<Record<string, string>> = {', ...settings, '};',
  ];
}

function typescriptErrorCodes(codes: ErrorCode[]): string[] {
  const union = codes.map(({ code, meaning }) => `  /** ${meaning} */\n  | ${quoted(code)}`);
  return [
    '/** Why something became a bad event: every value of bad_events.error_code. */',
    `export type ErrorCode =\n${union.join('\n')};`,
  ];
}

function typescriptLines({ lineOnly, tables }: Contract): string[] {
  const [event, bad] = ['events', 'bad_events'].map(name => tables[name].columns.filter(column => column.line));
  const envelope = lineOnly.filter(column => !['v', 'kind'].includes(column.name));
  const eventLine = [...envelope, ...event];
  return [
    '/** An event as it travels on the stream: whatever protocol it came in, it has these fields. */',
    'export interface CanonicalEvent {', ...eventLine.map(typescriptField), '}', '',
    '/** Something that could not become an event, as it travels on the stream. */',
    'export interface BadEvent {', ...bad.map(typescriptField), '}', '',
    'export interface FieldRule {',
    '  readonly type: string;', '  readonly required: boolean;', '  readonly values?: readonly string[];',
    '}', '',
    '/** The rules by which the validator checks a CanonicalEvent. */',
    'export const EVENT_RULES: Readonly<Record<keyof CanonicalEvent, FieldRule>> = {',
    ...eventLine.map(typescriptRule), '};',
  ];
}

function typescriptTables(tables: Record<string, Table>): string[] {
  return [
    'export interface TableColumn {',
    '  readonly name: string;', '  readonly type: string;', '  readonly comment: string;',
    '}', '',
    'export interface TableContract {',
    '  readonly description: string;',
    '  readonly partitionBy: readonly string[];',
    '  readonly columns: readonly TableColumn[];',
    '}', '',
    '/** Columns of the Delta tables, in order, partition columns included. */',
    `export const TABLES: Readonly<Record<${Object.keys(tables).map(quoted).join(' | ')}, TableContract>> = {`,
    ...Object.entries(tables).map(([name, table]) => typescriptTable(name, table)), '};',
  ];
}

function typescript(contract: Contract): string[] {
  return [
    ...typescriptConstants(contract), '',
    ...typescriptErrorCodes(contract.errorCodes), '',
    ...typescriptLines(contract), '',
    ...typescriptTables(contract.tables),
  ];
}

const inCode = (names: readonly string[]) => names.map(name => `\`${name}\``).join(', ');

function markdownColumns(columns: readonly Column[]): string[] {
  return [
    '| column | type | always set | personal data | meaning |', '|---|---|---|---|---|',
    ...columns.map(({ name, type, nullable, personal, description, values }) => {
      const meaning = values ? `${description} One of ${inCode(values)}.` : description;
      return `| \`${name}\` | ${type} | ${nullable ? '' : 'yes'} | ${personal ? 'yes' : ''} | ${meaning} |`;
    }),
  ];
}

function markdown({ lineOnly, tables, errorCodes }: Contract): string[] {
  return [
    '# Tables', '',
    `Generated from [contract.json](../${CONTRACT_PATH}). All times are UTC. ` +
      'Columns are only ever appended; types never change.', '',
    ...Object.entries(tables).flatMap(([name, table]) => [
      `## ${name}`, '', table.description, `Partitioned by ${inCode(table.partitionBy)}.`, '',
      ...markdownColumns(table.columns), '',
    ]),
    '## Error codes', '',
    'Every value of `bad_events.error_code`, with the values of `stage` that it comes with.', '',
    '| code | stage | meaning |', '|---|---|---|',
    ...errorCodes.map(({ code, stages, meaning }) => `| \`${code}\` | ${inCode(stages)} | ${meaning} |`), '',
    '## Lines on the stream', '',
    'A Kinesis record is lines of JSON. ' +
      'A line has the columns above that the collector sets (times as epoch milliseconds) and:', '',
    ...markdownColumns(lineOnly),
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
