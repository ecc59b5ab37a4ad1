import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { aws_kinesis as kinesis, aws_lambda as lambda, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CollectorOptions } from '../../src';
import { CollectorEndpoint } from '../../src/collector/collector-endpoint';
import { parseEnvironment } from '../../src/collector/function/environment';
import { testStack } from '../support/stack';

describe('the preprocess hook', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'hook-')); });
  afterEach(() => rmSync(folder, { recursive: true }));
  const withHook = (options: CollectorOptions = {}) => {
    const stack = testStack();
    const stream = new kinesis.Stream(stack, 'Stream');
    new CollectorEndpoint(stack, 'Collector', { stream, preprocess: lambda.Code.fromAsset(folder), ...options });
    const template = Template.fromStack(stack);
    const [{ Properties }] = Object.values(template.findResources('AWS::Lambda::Function'));
    return { template, environment: Properties.Environment.Variables };
  };

  test('comes as a layer of the function and is named in its environment', () => {
    writeFileSync(join(folder, 'index.mjs'), 'export const preprocess = event => event;');
    const { template, environment } = withHook();
    template.hasResourceProperties('AWS::Lambda::LayerVersion', { CompatibleRuntimes: ['nodejs24.x'] });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Layers: [{ Ref: Match.stringLikeRegexp('^CollectorPreprocessLayer') }],
    });
    expect(environment.PREPROCESS_MODULE).toBe('/opt/index.mjs');
    expect(environment).not.toHaveProperty('PREPROCESS_HEADERS');
  });

  describe('with headers', () => {
    beforeEach(() => writeFileSync(join(folder, 'index.mjs'), 'export const preprocess = event => event;'));

    test('gets them as the collector reads them', () => {
      const { PREPROCESS_HEADERS } = withHook({ preprocessHeaders: ['X-Shop', 'x-experiment'] }).environment;
      const settings = parseEnvironment({ STREAM_NAME: 'clicks', PREPROCESS_HEADERS: String(PREPROCESS_HEADERS) });
      expect([...settings.preprocessHeaders]).toEqual(expect.arrayContaining(['x-shop', 'x-experiment']));
    });

    test.each([
      ['X-Shop: a', "collector.preprocessHeaders must be names of headers, like x-shop, got 'X-Shop: a'"],
      ['a,b', "got 'a,b'"],
      ['', "got ''"],
      [
        'Cookie',
        "collector.preprocessHeaders has 'Cookie', which holds a secret or an address that a hook may not see",
      ],
      ['x-forwarded-for', "has 'x-forwarded-for'"],
      ['X-Api-Key', "has 'X-Api-Key'"],
    ])('refuses %j', (name, message) => {
      expect(() => withHook({ preprocessHeaders: [name] })).toThrow(message);
    });

    test('counts them in the size of the environment', () => {
      const preprocessHeaders = Array.from({ length: 40 }, (_, index) => `x-${index}-${'a'.repeat(100)}`);
      expect(() => withHook({ preprocessHeaders })).toThrow(
        'collector.writeKeys, pathAliases, allowedOrigins and preprocessHeaders must fit the environment of a function',
      );
    });

    test('may know them only at deployment', () => {
      expect(() => withHook({ preprocessHeaders: [Token.asString({ Ref: 'Header' })] })).not.toThrow();
    });
  });

  test('is refused without its module', () => {
    writeFileSync(join(folder, 'index.js'), '');
    expect(() => withHook()).toThrow(
      'collector.preprocess must have index.mjs at its root, which exports preprocess(event, request); '
      + `found none in '${folder}'`,
    );
  });
});
