import { existsSync, readdirSync, readFileSync } from 'fs';
import { dirname, join, relative } from 'path';
import * as ts from 'typescript';

const ROOT = join(__dirname, '..');

/** Stages of `src/`, lowest first: a file imports from its own stage and from lower ones. */
const STAGES = [
  ['contract', 'private'],
  ['network', 'storage', 'stream'],
  ['collector'],
  ['processing'],
  ['query'],
  ['monitoring'],
  ['teardown'],
  ['cost'],
  ['website'],
];

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.endsWith('.d.ts')).map(file => join(folder, file)).sort();
}

/** What a file imports, as it is written, types included. */
function importsOf(file: string): string[] {
  return ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8')).importedFiles.map(({ fileName }) => fileName);
}

function resolve(file: string, specifier: string): string {
  return relative(ROOT, join(ROOT, dirname(file), specifier));
}

/** Paths of the files of the project that a file imports. */
function neighbours(file: string, files: ReadonlySet<string>): string[] {
  const found = importsOf(file)
    .filter(name => name.startsWith('.'))
    .map(name => resolve(file, name));
  return found.flatMap(
    path => [`${path}.ts`, join(path, 'index.ts'), path].find(candidate => files.has(candidate)) ?? [],
  );
}

function circles(files: readonly string[]): string[] {
  const known = new Set(files);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (path.includes(file) || done.has(file)) return;
    for (const next of neighbours(file, known)) visit(next, [...path, file]);
    done.add(file);
  };
  files.forEach(file => visit(file, []));
  return found;
}

const stageOf = (file: string) => STAGES.findIndex(stage => stage.includes(file.split('/')[1]));

test.each(['src', 'test', 'bench', 'examples', 'projenrc'])('no circle of imports in %s/', folder => {
  expect(circles(sources(folder))).toEqual([]);
});

test('a stage imports from itself and from lower stages', () => {
  const files = sources('src').filter(file => file.split('/').length > 2);
  const known = new Set(sources('src'));
  expect(files.filter(file => stageOf(file) < 0)).toEqual([]);
  const upward = files.flatMap(file =>
    neighbours(file, known)
      .filter(other => other.split('/').length <= 2 || stageOf(other) > stageOf(file))
      .map(other => `${file} → ${other}`),
  );
  expect(upward).toEqual([]);
});

test('run-time code imports neither the CDK nor what is synthesized', () => {
  const files = sources('src').filter(file => /^src\/[^/]+\/function\//.test(file));
  expect(files.length).toBeGreaterThan(40);
  const foreign = files.flatMap(file => importsOf(file)
    .map(name => (name.startsWith('.') ? resolve(file, name) : name))
    .filter(name => !/^src\/(?:[^/]+\/function|contract)\/|^@aws-sdk\/|^@smithy\/|^aws-lambda$|^[a-z0-9/]+$/.test(name)
      || name.startsWith('constructs'))
    .map(name => `${file} → ${name}`));
  expect(foreign).toEqual([]);
});

describe('docs/architecture.md', () => {
  const page = readFileSync(join(ROOT, 'docs', 'architecture.md'), 'utf8');
  const section = (title: string) => page.split('\n## ').find(text => text.startsWith(title)) ?? '';
  const quoted = (text: string) => [...text.matchAll(/`([^`\s]+)`/g)].map(([, name]) => name);

  test('names only files that exist where a change goes', () => {
    const paths = quoted(section('Where a change goes')).filter(name => name.includes('/'));
    expect(paths.length).toBeGreaterThan(15);
    expect(paths.filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('walks an event through files that exist, in ten lines', () => {
    const walk = section('The walk of an event');
    const files = quoted(walk).filter(name => name.endsWith('.ts') && !name.includes('<'));
    const folders = ['', 'protocols'].map(folder => join(ROOT, 'src/collector/function', folder));
    expect(walk.match(/^\d+\. /gm)).toHaveLength(10);
    expect(files.length).toBeGreaterThan(15);
    expect(files.filter(file => !folders.some(folder => existsSync(join(folder, file))))).toEqual([]);
  });
});
