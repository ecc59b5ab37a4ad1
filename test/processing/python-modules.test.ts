import { spawnSync } from 'child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { App, Lazy, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouse, LakehouseNetwork, ProcessingOptions } from '../../src';
import { pythonModules } from '../../src/processing/python-modules';
import { rendered } from '../support/iam-statements';
import { only, synthesize } from '../support/lakehouse';
import { toolchain } from '../support/set-up';

/** A folder with the files. */
function folderOf(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'python-modules-'));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '# a module\n');
  }
  return folder;
}

const filesOf = (folder: string) => readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();

test('each module is a zip in which it has its own name, and nothing lies beside it', () => {
  const folder = folderOf(
    'my_transform.py', 'other.py', '.secret', 'data/big.csv', 'rates/other.py',
    'my_package/__init__.py', 'my_package/my_transform.py', 'my_package/data/rates.json',
    'my_package/__pycache__/a.pyc', 'my_package/data/__pycache__/b.pyc',
  );
  const stack = new Stack(new App({ outdir: mkdtempSync(join(tmpdir(), 'python-modules-')) }), 'Test');
  new ClickstreamLakehouse(stack, 'Lakehouse', {
    network: LakehouseNetwork.none(),
    processing: { transform: join(folder, 'my_transform.py'), extraPythonFiles: [join(folder, 'my_package')] },
  });
  const assembly = (stack.node.root as App).synth({ skipValidation: true });
  const staged = readdirSync(assembly.directory).filter(name => /^asset\.[0-9a-f]{64}$/.test(name))
    .map(name => filesOf(join(assembly.directory, name)));
  expect(staged).toContainEqual(['my_transform.py']);
  expect(staged).toContainEqual(
    ['my_package/__init__.py', 'my_package/data/rates.json', 'my_package/my_transform.py']);
});

test('Glue gets every zip after its own, and the job the name of the transform', () => {
  const folder = folderOf('my_package/__init__.py', 'rates.py');
  const processing = { transform: join(folder, 'my_package'), extraPythonFiles: [join(folder, 'rates.py')] };
  const job = only(synthesize({ network: LakehouseNetwork.none(), processing }), 'AWS::Glue::Job');
  const uris = rendered(job.DefaultArguments['--extra-py-files']).split(',');
  expect(uris).toHaveLength(3);
  expect(new Set(uris).size).toBe(3);
  for (const uri of uris) expect(uri).toMatch(/^s3:\/\/.*\/[0-9a-f]{64}\.zip$/);
  expect(job.DefaultArguments['--transform']).toBe('my_package');
});

const folder = folderOf(
  'a.py', 'my-module.py', 'class.py', 'json.py', 'pyspark/__init__.py', 'clickstream_lakehouse.py', 'plain/a.txt',
  'a.txt', 'sub/a.py');

test.each<[string, ProcessingOptions, string]>([
  ['no file', { transform: '/no/such.py' }, 'processing.transform must be a Python file (.py), or a folder with '
    + "__init__.py, that exists, got '/no/such.py'"],
  ['a folder that is no package', { transform: join(folder, 'plain') }, "that exists, got '"],
  ['a file that is not Python', { transform: join(folder, 'a.txt') }, "that exists, got '"],
  ['a name with a hyphen', { transform: join(folder, 'my-module.py') },
    'processing.transform must have a name that Python can import, of letters, digits and underscores, '
    + "got 'my-module.py'"],
  ['a keyword', { transform: join(folder, 'class.py') }, "underscores, got 'class.py'"],
  ["a name of Python's own", { transform: join(folder, 'json.py') },
    "processing.transform must not have the name of a module that the job imports, got 'json.py': rename it"],
  ['a name of Spark', { transform: join(folder, 'a.py'), extraPythonFiles: [join(folder, 'pyspark')] },
    "processing.extraPythonFiles must not have the name of a module that the job imports, got 'pyspark': rename it"],
  ["the job's name", { transform: join(folder, 'clickstream_lakehouse.py') }, "got 'clickstream_lakehouse.py'"],
  ['two of one name', { transform: join(folder, 'a.py'), extraPythonFiles: [join(folder, 'sub', 'a.py')] },
    'processing.transform and processing.extraPythonFiles have two modules named a: rename one'],
  ['files that nothing imports', { extraPythonFiles: [join(folder, 'a.py')] },
    'processing.extraPythonFiles are modules for processing.transform to import, which is not set: '
    + 'set it, or leave them out'],
  ['a token', { transform: Lazy.string({ produce: () => 'a.py' }) },
    'processing.transform must be a path that is known at synthesis, got a token'],
])('refuses %s', (_, processing, message) =>
  expect(() => synthesize({ network: LakehouseNetwork.none(), processing })).toThrow(message));

test("no module may have the name of one of Python's own, nor of what the job imports", () => {
  const names = 'import sys, clickstream_lakehouse.runner; '
    + 'print(*sorted({n.split(".")[0] for n in sys.modules if getattr(sys.modules[n], "__file__", None)}))';
  const { stdout, stderr } = spawnSync(toolchain().python, ['-c', names], {
    env: { ...process.env, PYTHONPATH: 'glue-assets' }, encoding: 'utf8',
  });
  expect(stdout.split(' ').length).toBeGreaterThan(100);
  // Private names, and what the local Python environment alone has.
  const local = /^_|^distutils/;
  const free = stdout.trim().split(' ').filter(name => !local.test(name)).filter(name => {
    const path = join(folderOf(`${name}.py`), `${name}.py`);
    try {
      return pythonModules(path).length > 0;
    } catch {
      return false;
    }
  });
  expect([free, stderr]).toEqual([[], '']);
});
