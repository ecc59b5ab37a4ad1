import { cpSync, readFileSync } from 'fs';
import { join } from 'path';
import { synthesize, synthesizeInTypeScript } from './bindings';
import { bindings, ROOT } from '../support/set-up';

/** The jar that `projen package:java` made, taken from a repository as a stranger's Maven takes it. */
const GROUP = join('io', 'github', 'cdkclickstream');
const { devDependencies, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

beforeAll(() => cpSync(
  join(ROOT, 'dist', 'java', GROUP), join(bindings().mavenRepository, GROUP), { recursive: true }));

test('examples/java and examples/minimal have the same template', () => {
  const java = synthesize(
    'java', 'mvn', '--quiet', '--batch-mode', `-Dlakehouse.version=${version}`, 'compile', 'exec:java');
  const template = synthesizeInTypeScript();
  expect(Object.keys(template.Resources).length).toBeGreaterThan(30);
  expect(java).toEqual(template);
}, 180_000);

test('examples/java pins what the construct is built against', () => {
  const pom = readFileSync(join(ROOT, 'examples', 'java', 'pom.xml'), 'utf8');
  const pinned = (artifact: string) =>
    new RegExp(`<artifactId>${artifact}</artifactId>\\s*<version>([^<]*)</version>`).exec(pom)?.[1];
  expect(['aws-cdk-lib', 'constructs'].map(pinned))
    .toEqual([devDependencies['aws-cdk-lib'], devDependencies.constructs]);
});
