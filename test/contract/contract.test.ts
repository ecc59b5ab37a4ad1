import { readFileSync } from 'fs';
import { join } from 'path';
import * as generated from '../../src/contract/generated';
import { EVENT_RULES, TABLES } from '../../src/contract/generated';

const CONTRACT_PATH = join(__dirname, '../../glue-assets/clickstream_lakehouse/contract.json');
const contract = JSON.parse(readFileSync(CONTRACT_PATH, 'utf8'));

/** Types that every reader (Spark, Athena, DuckDB) agrees on. */
const TYPES = ['string', 'int', 'bigint', 'double', 'boolean', 'date', 'timestamp'];

describe.each(Object.keys(contract.tables))('table %s', (name) => {
  const { columns, partitionBy } = contract.tables[name];

  test('TypeScript sees the columns of the contract, in order', () => {
    const expected = columns.map((column: any) => [column.name, column.type]);
    expect(TABLES[name as keyof typeof TABLES].columns.map(column => [column.name, column.type])).toEqual(expected);
  });

  test('names are unique and lower case, types are ones all readers know', () => {
    const names = columns.map((column: any) => column.name);
    expect(new Set(names).size).toBe(names.length);
    for (const column of columns) {
      expect(column.name).toMatch(/^[a-z][a-z0-9_]*$/);
      if (!column.type.startsWith('struct<')) expect(TYPES).toContain(column.type);
      expect(column.description).toMatch(/\.$/);
    }
  });

  test('it is partitioned by columns it has, of the server\'s date', () => {
    expect(partitionBy).toEqual(['received_date']);
    expect(columns.map((column: any) => column.name)).toContain('received_date');
  });
});

test('the validator knows every field that travels on the stream', () => {
  const travels = [...contract.lineOnly, ...contract.tables.events.columns]
    .filter((column: any) => column.line)
    .map((column: any) => column.name)
    .filter((name: string) => !['v', 'kind'].includes(name));
  expect(Object.keys(EVENT_RULES).sort()).toEqual(travels.sort());
});

test('TypeScript has the facts it shares with Python from the contract', () => {
  expect(generated).toMatchObject({
    LINE_VERSION: contract.version,
    METRICS_NAMESPACE: contract.metricsNamespace,
    STORAGE_PREFIXES: contract.storagePrefixes,
    MAX_ID_LENGTH: contract.limits.maxIdLength,
    MAX_TIMESTAMP_MS: contract.limits.maxTimestampMs,
    EARLIEST_CLIENT_MS: contract.limits.earliestClientMs,
    SPARK_SETTINGS: Object.fromEntries(contract.sparkSettings.map(({ name, value }: any) => [name, value])),
  });
});

test('the code of a bad event is one of the error codes, also for the compiler', () => {
  const code: generated.ErrorCode = 'id_conflict';
  const bad: generated.BadEvent = { received_ts: 0, stage: 'dedup', error_code: code };
  // @ts-expect-error the contract lists no such code
  const unknown: generated.BadEvent = { ...bad, error_code: 'no_such_code' };
  expect([bad.error_code, unknown.error_code]).toEqual(['id_conflict', 'no_such_code']);
});

test('every table has a folder of its own, and so have the checkpoints', () => {
  const { storagePrefixes, tables } = contract;
  expect(Object.keys(storagePrefixes)).toEqual([...Object.keys(tables), 'checkpoints']);
  expect(new Set(Object.values(storagePrefixes)).size).toBe(Object.keys(storagePrefixes).length);
});

describe('error codes', () => {
  const { columns } = contract.tables.bad_events;

  test('each is unique, of lower-case words, and explained', () => {
    const codes = contract.errorCodes.map(({ code }: any) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { code, meaning } of contract.errorCodes) {
      expect(code).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('their stages are those of bad_events, each with a code at least', () => {
    const { values } = columns.find((column: any) => column.name === 'stage');
    const stages = new Set(contract.errorCodes.flatMap((entry: any) => entry.stages));
    expect([...stages].sort()).toEqual([...values].sort());
  });
});
