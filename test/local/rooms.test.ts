/** The rooms of examples/local: others come in through the doors, and imports never run in a circle. */
import { readdirSync, readFileSync } from 'fs';
import { dirname, join, relative } from 'path';

const ROOT = join(__dirname, '..', '..');
const LOCAL = join(ROOT, 'examples', 'local');
/** A room imports from those before it. */
const ORDER = ['support', 'setup', 'lake', 'aws', 'report', 'workload', 'transform', 'live'];
const SOURCE = /(?<!\.d)\.[cm]?[jt]s$/;
const IMPORT = /(?:from|import|import\(|require\(|requireTypeScript\()\s*'(\.[^']*)'/g;

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && SOURCE.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name));
}

const importsOf = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, path]) => join(dirname(file), path));

const isWithin = (folder: string, path: string) => !relative(folder, path).startsWith('..');
/** As the README names it: `aws/index.ts` for an import of `examples/local/aws`. */
function nameInside(path: string): string {
  const all = filesUnder(LOCAL);
  const file = [path, `${path}.ts`, join(path, 'index.ts')].find(candidate => all.includes(candidate));
  return relative(LOCAL, file ?? path);
}

const README = readFileSync(join(LOCAL, 'README.md'), 'utf8');
const DOORS = [...README.matchAll(/^\| `([^`]+)` \| door \|/gm)].map(([, door]) => door);
const OUTSIDE = ['bench', 'projenrc', 'src', 'test'].flatMap(folder => filesUnder(join(ROOT, folder)))
  .filter(file => !isWithin(__dirname, file)); // the rooms' own tests look inside

test('every door in the README is a file that others use', () => {
  const used = OUTSIDE.flatMap(importsOf).filter(path => isWithin(LOCAL, path)).map(nameInside);
  expect([...new Set(used)].sort()).toEqual([...DOORS].sort());
});

test('a room imports only from the rooms before it, and nothing from the commands', () => {
  const wrong = ORDER.flatMap((room, position) => filesUnder(join(LOCAL, room)).flatMap(file =>
    importsOf(file).filter(path => isWithin(LOCAL, path)).map(nameInside)
      .filter(target => !ORDER.slice(0, position + 1).includes(target.split('/')[0]))
      .map(target => `${relative(LOCAL, file)} imports ${target}`)));
  expect(wrong).toEqual([]);
});

test('no file imports itself by way of others', () => {
  const graph = new Map(filesUnder(LOCAL).map(file =>
    [relative(LOCAL, file), importsOf(file).filter(path => isWithin(LOCAL, path)).map(nameInside)]));
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    else graph.get(file)?.forEach(next => visit(next, [...path, file]));
  };
  [...graph.keys()].forEach(file => visit(file, []));
  expect(circles).toEqual([]);
});
