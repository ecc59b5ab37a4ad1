/** Settings of the job that lead to files: the user's transform, columns and geo databases. */
import { mkdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { synthesizeLocalApp } from '../../../examples/local/aws/app';
import { readStack } from '../../../examples/local/aws/local-stack';
import { readSettings } from '../../../examples/local/aws/settings';
import { jobArguments } from '../../../examples/local/aws/spark-run';
import { RunFolder } from '../../../examples/local/support';
import { temporaryFolder } from '../../support/temporary-folder';

const folder = temporaryFolder('processing-settings-');
const TRANSFORM = 'def transform(events):\n    return events\n';
mkdirSync(join(folder, 'rates'));
for (const [file, text] of Object.entries({
  'my_transform.py': TRANSFORM, 'rates/__init__.py': '', 'other.txt': '', 'city.mmdb': 'cities', 'asn.mmdb': 'systems',
})) writeFileSync(join(folder, file), text);

function settingsWith(content: object) {
  const path = join(folder, 'settings.json');
  writeFileSync(path, JSON.stringify(content));
  return readSettings(path);
}

let runs = 0;
function jobWith(content: object) {
  const run = new RunFolder(join(folder, `run-${runs += 1}`));
  synthesizeLocalApp(run.assembly, settingsWith(content), []);
  const { job } = readStack(run.assembly);
  const list = jobArguments({ job, folder: run, kinesisEndpoint: 'http://127.0.0.1:1' });
  const given = Object.fromEntries(list.flatMap((name, index) => index % 2 ? [] : [[name, list[index + 1]]]));
  return { job, given };
}

test('the job gets the transform and what it imports, by paths that are relative to the settings', () => {
  const { job, given } = jobWith({ transform: 'my_transform.py', extraPythonFiles: ['./rates'] });
  expect(given['--transform']).toBe('my_transform');
  const urls = job.arguments['--extra-py-files'].split(',');
  expect(urls).toHaveLength(3);
  const [, transform, rates] = urls.map(url => job.assets[url]);
  expect(readFileSync(join(transform, 'my_transform.py'), 'utf8')).toBe(TRANSFORM);
  expect(readFileSync(join(rates, 'rates', '__init__.py'), 'utf8')).toBe('');
});

test('the job gets the columns as it gets them from a deployment', () => {
  const columns = {
    cart_value: { type: 'double', property: 'cart.value' },
    plan: { type: 'string', trait: 'plan' },
    city: { type: 'string', context: 'location.city' },
    tier: { type: 'string' },
  };
  expect(JSON.parse(jobWith({ columns }).given['--columns'])).toEqual(columns);
});

test('the job reads the geo databases from the disk, in their order', () => {
  const paths = jobWith({ geoDatabases: ['city.mmdb', join(folder, 'asn.mmdb')] }).given['--geo_databases'].split(',');
  expect(paths.map(path => readFileSync(path, 'utf8'))).toEqual(['cities', 'systems']);
});

test('without such settings the job gets none of their arguments', () => {
  const { given } = jobWith({});
  expect(Object.keys(given).filter(name => /transform|columns|geo/.test(name))).toEqual([]);
});

test('a geo database in S3 cannot be read locally, and the error says so', () => {
  const { job } = jobWith({});
  const inS3 = { ...job, arguments: { ...job.arguments, '--geo_databases': 's3://mine/city.mmdb' } };
  const options = { job: inS3, folder: new RunFolder(folder), kinesisEndpoint: 'http://127.0.0.1:1' };
  expect(() => jobArguments(options)).toThrow('the local run cannot read s3://mine/city.mmdb: it has no S3');
});

test.each([
  [{ geoDatabases: 'city.mmdb' }, /^geoDatabases in settings\.json must be like \["GeoLite2-City\.mmdb"\]/],
  [{ transform: ['my_transform.py'] }, /^transform in settings\.json must be like "my_transform\.py"/],
  [{ extraPythonFiles: 'rates' }, /^extraPythonFiles in settings\.json must be like \["rates\.py"\]/],
  [{ columns: ['plan'] }, /^columns in settings\.json must be like \{"cart_value":/],
  [{ columns: { plan: { type: 'text' } } }, /^columns in .* with one of the types string, bigint, double, boolean,/],
  [{ columns: { plan: { type: 'string', path: 'plan' } } }, /^columns in .* of the sources property, trait, context/],
  [{ columns: { plan: { type: 'string', trait: 'a', property: 'b' } } }, /^columns in settings\.json must be like/],
])('%j is refused with one sentence', (content, sentence) => {
  expect(() => settingsWith(content)).toThrow(expect.objectContaining({
    name: 'LocalRunError', message: expect.stringMatching(sentence),
  }));
});

test.each([
  [{ transform: 'none.py' }, `processing.transform must be a Python file .*, got '${join(folder, 'none.py')}'`],
  [{ transform: 'other.txt' }, 'processing.transform must be a Python file'],
  [{ transform: 'my_transform.py', extraPythonFiles: ['none'] }, `extraPythonFiles .*'${join(folder, 'none')}'`],
  [{ geoDatabases: ['none.mmdb'] }, `processing.geoDatabases: .*'${join(folder, 'none.mmdb')}', which does not exist`],
  [{ columns: { event_name: { type: 'string' } } }, "processing.columns has 'event_name', which is a column"],
  [{ columns: { plan: { type: 'string', property: 'a..b' } } }, 'processing.columns: a path must be names with dots'],
])('what the construct refuses of %j is one sentence as well', (content, sentence) => {
  expect(() => jobWith(content)).toThrow(expect.objectContaining({
    name: 'LocalRunError', message: expect.stringMatching(sentence),
  }));
});
