import { readFileSync } from 'fs';
import { join } from 'path';
import { missingInWorkflow, publishedFiles } from '../projenrc/release-dry';

const WORKFLOW = readFileSync(join(__dirname, '..', '.github', 'workflows', 'release.yml'), 'utf8');

const NPM = 'js/cdk-clickstream-lakehouse@0.3.1.jsii.tgz';
const PYPI = ['-py3-none-any.whl', '.tar.gz'].map(end => `python/cdk_clickstream_lakehouse-0.3.1${end}`);
const JAVA = 'java/io/github/cdkclickstream/cdk-clickstream-lakehouse/0.3.1/cdk-clickstream-lakehouse-0.3.1';
const MAVEN = ['-javadoc.jar', '-sources.jar', '.jar', '.pom'].map(end => `${JAVA}${end}`);
const OTHERS = ['changelog.md', 'version.txt', 'js', `${JAVA}.jar.md5`];

test('a release publishes the packages of dist/, and none of its other files', () => {
  const published = publishedFiles([...OTHERS, NPM, ...PYPI, ...MAVEN], '0.3.1');
  expect(published.map(({ registry, file }) => [registry, file])).toEqual([
    ['npm', NPM], ...PYPI.map(file => ['PyPI', file]), ...MAVEN.map(file => ['Maven Central', file]),
  ]);
  expect(new Set(published.map(({ version }) => version))).toEqual(new Set(['0.3.1']));
});

test.each([
  ['npm', [...PYPI, ...MAVEN]],
  ['PyPI', [NPM, ...MAVEN]],
  ['Maven Central', [NPM, ...PYPI]],
])('a release without a package for %s is refused', (registry, files) => {
  expect(() => publishedFiles(files, '0.3.1')).toThrow(`${registry} would get nothing`);
});

test('a package of another version than the tag is refused', () => {
  expect(() => publishedFiles([NPM, ...PYPI, ...MAVEN], '0.4.0'))
    .toThrow(`${NPM} must be of version 0.4.0, as dist/version.txt says`);
});

test('the release workflow publishes with provenance and without stored tokens for npm and PyPI', () => {
  expect(missingInWorkflow(WORKFLOW)).toEqual([]);
  expect(missingInWorkflow(WORKFLOW.replace('NPM_CONFIG_PROVENANCE: "true"', 'NPM_CONFIG_PROVENANCE: "false"')))
    .toEqual(['release_npm: NPM_CONFIG_PROVENANCE: "true"']);
  expect(missingInWorkflow(WORKFLOW.replace('release_pypi:', 'publish_pypi:'))).toHaveLength(2);
});
