import { readFileSync } from 'fs';
import { join } from 'path';
import { EVENT_RULES, TABLES } from '../../src/contract/generated';

const contract = JSON.parse(readFileSync(join(__dirname, '../../glue-assets/clickstream_lakehouse/contract.json'), 'utf8'));

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
  const travels = [...contract.lineOnly, ...contract.tables.events.columns].filter((column: any) => column.line).map((column: any) => column.name);
  expect(Object.keys(EVENT_RULES).sort()).toEqual(travels.filter((name: string) => !['v', 'kind'].includes(name)).sort());
});
