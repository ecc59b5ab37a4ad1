import { writeFileSync } from 'fs';
import { join } from 'path';
import { synthesizeLocalApp } from '../../../examples/local/aws/app';
import { readStack } from '../../../examples/local/aws/local-stack';
import { readSettings, Settings, shopWriteKey } from '../../../examples/local/aws/settings';
import { temporaryFolder } from '../../support/temporary-folder';

const folder = temporaryFolder('settings-');
const SHOP = ['http://127.0.0.1:8080', 'http://localhost:8080'];

function fileWith(content: unknown): string {
  const path = join(folder, 'settings.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

let assemblies = 0;
function stackWith(settings: Settings) {
  const outdir = join(folder, `cdk.out-${assemblies += 1}`);
  synthesizeLocalApp(outdir, settings, SHOP);
  return readStack(outdir);
}
const environmentWith = (settings: Settings) => stackWith(settings).edge.integration.environment;

const COMPLETE = {
  writeKeys: { web: { keys: ['new-key', 'old-key'], appId: 'shop' }, app: { keys: ['app-key'] } },
  allowedOrigins: ['http://localhost:3000'],
  pathAliases: { 'shop/track': 'com.snowplowanalytics.snowplow/tp2' },
  robotUserAgents: ['acme-monitor'],
  customDomain: { basePath: 'clicks' },
};

test('without a file the collector is open to every origin, and the shop sends any key', () => {
  const settings = readSettings(undefined);
  expect(settings).toEqual({});
  expect(shopWriteKey(settings)).toBe('demo-write-key');
  const environment = environmentWith(settings);
  expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['WRITE_KEYS']));
  expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['ALLOWED_ORIGINS']));
});

test('the collector gets keys, origins and aliases of the file', () => {
  const environment = environmentWith(readSettings(fileWith(COMPLETE)));
  expect(JSON.parse(environment.WRITE_KEYS)).toEqual(COMPLETE.writeKeys);
  expect(environment.ALLOWED_ORIGINS.split(',')).toContain('http://localhost:3000');
  expect(JSON.parse(environment.PATH_ALIASES)).toEqual(COMPLETE.pathAliases);
});

test('the job gets the robots of the file', () => {
  const { job } = stackWith(readSettings(fileWith(COMPLETE)));
  expect(job.arguments['--robot_user_agents']).toBe('["acme-monitor"]');
});

test('the shop follows: its key is the first one of the file, and its origins are allowed', () => {
  const settings = readSettings(fileWith(COMPLETE));
  expect(shopWriteKey(settings)).toBe('new-key');
  expect(environmentWith(settings).ALLOWED_ORIGINS.split(',')).toEqual(['http://localhost:3000', ...SHOP]);
});

test.each([
  ['{', /^settings\.json is no JSON \(.+\): see examples\/local\/README\.md/],
  ['[]', /^settings\.json must be an object: see/],
  [{ writeKey: 'k' },
    new RegExp('^settings\\.json has an unknown setting writeKey: known are writeKeys, allowedOrigins, pathAliases, '
      + 'robotUserAgents, geoDatabases, transform, extraPythonFiles, columns, customDomain')],
  [{ writeKeys: ['k'] }, /^writeKeys in settings\.json must be like \{"shop":\{"keys":\["my-key"\]\}\}/],
  [{ writeKeys: { web: { keys: 'k' } } }, /^writeKeys in settings\.json must be like/],
  [{ allowedOrigins: 'http://x' }, /^allowedOrigins in settings\.json must be like \["http:\/\/localhost:3000"\]/],
  [{ pathAliases: { a: 1 } }, /^pathAliases in settings\.json must be like/],
  [{ robotUserAgents: 'acme' }, /^robotUserAgents in settings\.json must be like \["acme-monitor"\]/],
  [{ customDomain: true }, /^customDomain in settings\.json must be like \{"basePath":"clicks"\}/],
  [{ customDomain: { domainName: 'x' } }, /^customDomain in settings\.json must be like/],
])('%j is refused with one sentence', (content, sentence) => {
  const path = fileWith(content);
  expect(() => readSettings(path)).toThrow(expect.objectContaining({
    name: 'LocalRunError', message: expect.stringMatching(sentence),
  }));
});

test.each([
  [{ writeKeys: {} }],
  [{ allowedOrigins: ['shop.example'] }],
  [{ pathAliases: { 'shop/track': 'no/such/path' } }],
  [{ robotUserAgents: ['a'] }],
])('what the construct refuses of %j is one sentence as well', settings => {
  expect(() => environmentWith(settings)).toThrow(expect.objectContaining({
    name: 'LocalRunError', message: expect.stringContaining(Object.keys(settings)[0]),
  }));
});
