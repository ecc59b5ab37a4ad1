import { execFileSync } from 'child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'fs';
import { join } from 'path';
import { installTarball, templatesInApp, templatesOfSources } from './stranger';

/** The tarball that `projen package:js` made, installed as a stranger would. */
const ROOT = join(__dirname, '..', '..');
const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

const APP = `
const { App, Stack } = require('aws-cdk-lib');
const { ClickstreamLakehouse } = require('cdk-clickstream-lakehouse');
const app = new App({ outdir: process.argv[2] });
new ClickstreamLakehouse(new Stack(app, 'Analytics'), 'Lakehouse');
app.synth();
`;
/** Any use of the network or of another program ends the synth. */
const OFFLINE = `
const refuse = (what) => () => { throw new Error('synth must not use ' + what); };
require('net').Socket.prototype.connect = refuse('the network');
require('dns').lookup = refuse('the network');
const processes = require('child_process');
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']) {
  processes[name] = refuse('another program: ' + name);
}
`;

let app: string;

beforeAll(() => {
  app = installTarball(`aws-cdk-lib@${devDependencies['aws-cdk-lib']}`, `constructs@${devDependencies.constructs}`);
  writeFileSync(join(app, 'app.js'), APP);
  writeFileSync(join(app, 'offline.js'), OFFLINE);
}, 180_000);

afterAll(() => rmSync(app, { recursive: true, force: true }));

const installed = () => join(app, 'node_modules', 'cdk-clickstream-lakehouse');

test('one construct without props synthesizes, with no network and no other program', () => {
  const out = join(app, 'cdk.out');
  mkdirSync(out);
  execFileSync(process.execPath, ['--require', './offline.js', 'app.js', out], { cwd: app, env: {}, stdio: 'pipe' });
  const template = JSON.parse(readFileSync(join(out, 'Analytics.template.json'), 'utf8'));
  const types = Object.values<{ Type: string }>(template.Resources).map(resource => resource.Type);
  expect(types).toEqual(
    expect.arrayContaining([
      'AWS::ApiGateway::RestApi', 'AWS::Kinesis::Stream', 'AWS::Glue::Job', 'AWS::Athena::WorkGroup',
    ]),
  );
}, 60_000);

const EXAMPLES = ['minimal', 'dev', 'prod', 'existing-resources'];

test.each(EXAMPLES)('examples/%s has the same templates through the tarball', example => {
  const templates = templatesInApp(app, example);
  expect(JSON.stringify(templates)).toContain('AWS::Glue::Job');
  expect(templates).toEqual(templatesOfSources(example));
}, 60_000);

test('the tarball is below 1.2 MB', () => {
  expect(statSync(join(app, 'lakehouse.tgz')).size).toBeLessThan(1_200_000);
});

test('the package has nothing at its root and among its assets that is not listed here', () => {
  const names = (...folders: string[]) => readdirSync(join(installed(), ...folders), { recursive: true }).map(String);
  const root = readdirSync(installed()).sort();
  expect(root).toEqual([
    '.jsii', '.jsii.gz', 'CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'THIRD_PARTY_NOTICES.md', 'assets',
    'glue-assets', 'lib', 'package.json',
  ]);
  expect(names('assets').filter(name => /\.\w+$/.test(name) && !name.endsWith('.lambda')).sort()).toEqual([
    ...['collector.lambda'].map(name => `collector/function/${name}/index.js`),
    ...['keeper.lambda'].map(name => `processing/function/${name}/index.js`),
    ...['drain.lambda', 'emptying.lambda', 'eni-sweep.lambda'].map(name => `teardown/function/${name}/index.js`),
    'website/index.html', 'website/main.js', 'website/style.css',
  ]);
  expect(names('lib').filter(name => /\.\w+$/.test(name) && !/\.(js|d\.ts)$/.test(name))).toEqual([]);
  const python = readdirSync(join(installed(), 'glue-assets')).filter(name => !name.startsWith('ua_parser'));
  expect(python.sort()).toEqual(['clickstream_job.py', 'clickstream_lakehouse']);
});

test('the package has no run-time dependency', () => {
  const { dependencies = {} } = JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8'));
  expect(dependencies).toEqual({});
});

test('the package ships the handlers and the Spark job, and neither tests nor sources', () => {
  const files = readdirSync(installed(), { recursive: true }).map(String);
  expect(files).toEqual(
    expect.arrayContaining([
      'assets/collector/function/collector.lambda/index.js', 'assets/website/index.html',
      'glue-assets/clickstream_job.py', 'glue-assets/clickstream_lakehouse/contract.json', 'lib/index.js', '.jsii',
      'glue-assets/ua_parser/__init__.py', 'glue-assets/ua_parser_builtins/matchers.py',
      'README.md', 'LICENSE', 'THIRD_PARTY_NOTICES.md',
    ]),
  );
  const unwanted = files.filter(
    file =>
      /(^|\/)(src|test|tests|projenrc|examples|bench|\.local|__pycache__)\//.test(file) ||
      /\.(tgz|log|pyc)$/.test(file),
  );
  expect(unwanted).toEqual([]);
});
