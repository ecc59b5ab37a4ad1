import { readFileSync } from 'fs';
import { join } from 'path';
import { effectsOf, nameOf, STATEFUL_TYPES } from './effects';
import { markdownTable } from './markdown';
import { optionPaths } from './option-paths';
import { DEFAULT, Row, templateAfter, templateBefore } from './row';
import { ROWS } from './rows';

const GUIDE = readFileSync(join(__dirname, '..', '..', 'docs', 'upgrading.md'), 'utf8');

/** `option: change` of the rows that replace or remove one of the resources. */
function endOf(...resources: string[]): string[] {
  const ends = ({ effects: { replaces = [], removes = [] } }: Row) =>
    resources.some(name => replaces.includes(name) || removes.includes(name));
  return ROWS.filter(ends).map(({ option, change }) => `${option}: ${change}`);
}

test('every option has a row, in the order of the options', () => {
  expect([...new Set(ROWS.map(({ option }) => option))]).toEqual(optionPaths('ClickstreamLakehouseProps'));
});

test('every resource that lasts has a name in the table', () => {
  const resources = ROWS.filter(({ effects }) => effects.adds).map(templateAfter)
    .concat(templateBefore({ ...ROWS[0], before: DEFAULT })).flatMap(({ Resources }) => Object.entries(Resources));
  const nameless = resources.filter(([id, { Type }]) => STATEFUL_TYPES.test(Type) && !nameOf(id));
  expect(nameless.map(([id]) => id)).toEqual([]);
});

test('docs/upgrading.md has the table', () => {
  const [table] = GUIDE.match(/^\| option .*\n(\|.*\n)+/m) ?? [];
  expect(table?.trim()).toBe(markdownTable(ROWS));
});

describe('an update has the effects of the table:', () => {
  test.each(ROWS)('$option, $change', row => {
    expect(effectsOf(templateBefore(row), templateAfter(row))).toEqual(row.effects);
  });
});

describe('no option replaces or removes', () => {
  test('the API or its stage, whose ids are in the URL, except another edge', () =>
    expect(endOf('API', 'stage')).toEqual([
      'collector.edge: `REST_API` → `HTTP_API`', 'collector.edge: `REST_API` → `FUNCTION_URL`',
    ]));

  test('the job or its role, whose names are in the id of Drain and in network interfaces', () =>
    expect(endOf('job', 'job role', 'Drain', 'Emptying')).toEqual([]));

  test('the workgroup or its results', () => expect(endOf('workgroup', 'results bucket')).toEqual([]));

  test('the stream, except another stream', () =>
    expect(endOf('stream')).toEqual(['stream.kinesisStream: set']));

  test('a bucket, except another bucket', () =>
    expect(endOf('raw bucket', 'lakehouse bucket', 'access-log bucket')).toEqual([
      'storage.rawBucket: set', 'storage.lakehouseBucket: set', 'storage.accessLogs: `false`',
    ]));

  test('the catalog, except another name or database', () =>
    expect(endOf('database', 'tables')).toEqual(['storage.databaseName: another name', 'storage.database: set']));

  test("the workers' security group and EniSweep, which has its id, except another network", () => {
    const changes = [
      'vpc: set', 'securityGroup: set', 'network: `isolated()` → `none()`', 'network.cidr: another range',
      'network.availabilityZone: another zone',
    ];
    expect(endOf('security group')).toEqual(changes);
    expect(endOf('EniSweep')).toEqual(changes);
  });
});

test('new code of the job and of every function updates the job in place and replaces nothing', () => {
  const before = templateBefore({ ...ROWS[0], before: DEFAULT });
  const codeHash = /[0-9a-f]{64}(?=\.(zip|py)")/g;
  const after = JSON.stringify(before).replace(codeHash, hash => hash.split('').reverse().join(''));
  expect(effectsOf(before, JSON.parse(after))).toEqual({ updates: ['job'] });
});
