import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';

/** What esbuild says of the bundles that the build has just made. */
const ROOT = join(__dirname, '..');
const METAFILES = join(ROOT, '.bundles');
const notices = readFileSync(join(ROOT, 'THIRD_PARTY_NOTICES.md'), 'utf8');
const named = notices.split('\n').filter(line => line.startsWith('- '));

interface Metafile {
  readonly outputs: Record<string, { readonly inputs: Record<string, { readonly bytesInOutput: number }> }>;
}

function packagesOfBundles(): string[] {
  const found = readdirSync(METAFILES).flatMap(file => {
    const { outputs }: Metafile = JSON.parse(readFileSync(join(METAFILES, file), 'utf8'));
    return Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path.includes('node_modules/'))
      .map(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)![1]);
  });
  return [...new Set(found)];
}

test('every package within a bundle has its notice', () => {
  const packages = packagesOfBundles();
  expect(packages.length).toBeGreaterThan(20);
  expect(packages.filter(name => !named.some(line => line.startsWith(`- ${name} `)))).toEqual([]);
});

test('every Python package in the zip of the job has its notice', () => {
  const pinned = readFileSync(join(ROOT, 'glue-assets', 'requirements-vendored.txt'), 'utf8')
    .matchAll(/^([\w-]+)==([\w.]+)/gm);
  const packages = [...pinned].map(([, name, version]) => `- ${name} ${version} (Apache-2.0)`);
  expect(packages).toHaveLength(2);
  expect(named).toEqual(expect.arrayContaining(packages));
});

test('every bundle is looked at', () => {
  const bundles = readdirSync(join(ROOT, 'assets'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.js'));
  expect(readdirSync(METAFILES)).toHaveLength(bundles.length);
});

test('every licence is permissive', () => {
  const licences = new Set(named.map(line => line.slice(line.lastIndexOf('(') + 1, -1)));
  const permissive = ['MIT', 'Apache-2.0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause'];
  expect([...licences].filter(licence => !permissive.includes(licence))).toEqual([]);
});
