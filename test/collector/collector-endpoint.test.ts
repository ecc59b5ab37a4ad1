import { aws_kinesis as kinesis, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ClientIp, CollectorOptions, ConsentMode, FirstPartyCookie } from '../../src';
import { CollectorEndpoint, CollectorEndpointProps } from '../../src/collector/collector-endpoint';
import { parseEnvironment } from '../../src/collector/function/environment';
import { AllowedOrigins } from '../../src/collector/function/origins';
import { rendered } from '../support/iam-statements';
import { testStack } from '../support/stack';

function build(options: Partial<CollectorEndpointProps> = {}) {
  const stack = testStack();
  const collector = new CollectorEndpoint(stack, 'Collector', {
    stream: new kinesis.Stream(stack, 'Stream'),
    ...options,
  });
  return { stack, collector };
}

const templateOf = (options?: Parameters<typeof build>[0]) => Template.fromStack(build(options).stack);
const only = (template: Template, type: string) => {
  const found = Object.values(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0].Properties;
};

const { stack: standardStack, collector: standard } = build();
const template = Template.fromStack(standardStack);

describe('the API', () => {
  test('is regional, keeps bodies as sent and is named after its place', () => {
    expect(only(template, 'AWS::ApiGateway::RestApi')).toMatchObject({
      EndpointConfiguration: { Types: ['REGIONAL'] },
      BinaryMediaTypes: ['*/*'],
      Name: expect.stringMatching(/^Test-Collector-/),
    });
  });

  test('has the stage v1, throttled', () => {
    const throttled = (rate: number, burst: number) => ({
      StageName: 'v1',
      MethodSettings: [
        expect.objectContaining({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst, ResourcePath: '/*' }),
      ],
    });
    expect(only(template, 'AWS::ApiGateway::Stage')).toMatchObject(throttled(1000, 2000));
    expect(only(templateOf({ throttle: { rateLimit: 5, burstLimit: 10 } }), 'AWS::ApiGateway::Stage')).toMatchObject(
      throttled(5, 10),
    );
  });

  test('gives every path and method, OPTIONS too, to the collector', () => {
    expect(only(template, 'AWS::ApiGateway::Resource').PathPart).toBe('{proxy+}');
    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', {
      HttpMethod: 'ANY', AuthorizationType: 'NONE', Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST' },
    }, 2);
    template.resourceCountIs('AWS::ApiGateway::Method', 2);
  });

  test('has a URL with the stage, and one without for SDKs that append it', () => {
    expect(rendered(standardStack.resolve(standard.endpointUrl))).toBe(
      'https://${CollectorApi}.execute-api.${Region}.${URLSuffix}/v1',
    );
    expect(standard.endpointUrl).toBe(`${standard.hostUrl}/v1`);
    expect(template.findOutputs('*')).toEqual({});
  });
});

describe('the function', () => {
  const settings = (options?: Parameters<typeof build>[0]) => {
    const { Variables } = only(templateOf(options), 'AWS::Lambda::Function').Environment;
    return parseEnvironment({ ...Variables, STREAM_NAME: 'clicks' });
  };

  test('is the bundled handler on ARM, with its own log group and no reserved concurrency', () => {
    const lambda = only(template, 'AWS::Lambda::Function');
    expect(lambda).toMatchObject({
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Timeout: 28,
      LoggingConfig: { LogGroup: { Ref: expect.stringMatching(/^CollectorFunctionLog/) } },
    });
    expect(lambda).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(lambda).not.toHaveProperty('VpcConfig');
    expect(lambda.Environment.Variables.STREAM_NAME).toEqual({ Ref: expect.stringMatching(/^Stream/) });
  });

  test('reads its environment back as it was meant', () => {
    expect(settings()).toMatchObject({
      allowedOrigins: undefined,
      clientIp: 'truncate',
      metricsNamespace: 'ClickstreamLakehouse',
    });
    const all = settings({ allowedOrigins: ['https://a.example', 'http://localhost:3000'], clientIp: ClientIp.DROP });
    expect(all).toMatchObject({
      allowedOrigins: new AllowedOrigins(['https://a.example', 'http://localhost:3000']),
      clientIp: 'drop',
    });
  });

  test('gets the write keys as the collector reads them', () => {
    const { Variables } = only(
      templateOf({ writeKeys: { web: { keys: ['a', 'b'], appId: 'shop' }, app: { keys: ['c'] } } }),
      'AWS::Lambda::Function',
    ).Environment;
    expect(JSON.parse(Variables.WRITE_KEYS)).toEqual({
      web: { keys: ['a', 'b'], appId: 'shop' },
      app: { keys: ['c'] },
    });
    expect(() => parseEnvironment({ ...Variables, STREAM_NAME: 'clicks' })).not.toThrow();
  });

  test('gets aliases, cookie and consent mode as the collector reads them', () => {
    expect(settings()).toMatchObject({ consentMode: 'ignore', cookie: undefined, pathAliases: new Map() });
    expect(settings({
      pathAliases: { '/shop/track/': 'com.snowplowanalytics.snowplow/tp2', 'shop/batch': '/v1/batch' },
      firstPartyCookie: FirstPartyCookie.domain('shop.example'),
      consentMode: ConsentMode.ANONYMOUS,
    })).toMatchObject({
      pathAliases: new Map([['shop/track', 'com.snowplowanalytics.snowplow/tp2'], ['shop/batch', 'batch']]),
      cookie: { domain: 'shop.example' },
      consentMode: 'anonymous',
    });
    expect(settings({ firstPartyCookie: FirstPartyCookie.host() }).cookie).toEqual({});
  });

  test('takes memory and reserved concurrency', () => {
    expect(only(templateOf({ memorySize: 1024, reservedConcurrency: 20 }), 'AWS::Lambda::Function'))
      .toMatchObject({ MemorySize: 1024, ReservedConcurrentExecutions: 20 });
  });
});

describe('access logs', () => {
  test('hold nothing personal', () => {
    const { Format } = only(template, 'AWS::ApiGateway::Stage').AccessLogSetting;
    expect(Object.values(JSON.parse(Format))).toEqual([
      '$context.requestId', '$context.requestTimeEpoch', '$context.httpMethod', '$context.status',
      '$context.error.responseType', '$context.responseLength', '$context.responseLatency',
      '$context.integrationLatency',
    ]);
  });

  test('wait for the account-wide role, which stays', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGateway::Stage'));
    expect(stage.DependsOn).toEqual([expect.stringMatching(/^CollectorAccount/)]);
    template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
    template.hasResource('AWS::IAM::Role', {
      DeletionPolicy: 'Retain',
      Properties: { AssumeRolePolicyDocument: Match.anyValue(), Policies: Match.anyValue() },
    });
  });

  test('can be left out, and with them the account-wide role', () => {
    const without = templateOf({ accessLogs: false });
    without.resourceCountIs('AWS::ApiGateway::Account', 0);
    without.resourceCountIs('AWS::Logs::LogGroup', 1);
    expect(only(without, 'AWS::ApiGateway::Stage')).not.toHaveProperty('AccessLogSetting');
  });
});

test('an open collector is warned about', () => {
  const warning = Match.stringLikeRegexp(
    'neither collector.writeKeys nor collector.writeKeysSecret is set: anybody who knows the URL can send events',
  );
  Annotations.fromStack(standardStack).hasWarning('/Test/Collector', warning);
  Annotations.fromStack(build({ writeKeys: { web: { keys: ['a'] } } }).stack).hasNoWarning('/Test/Collector', warning);
});

test.each<[string, CollectorOptions, string]>([
  ['no origin', { allowedOrigins: [] }, 'collector.allowedOrigins is empty: leave it out to allow every origin'],
  [
    'an origin with a path',
    { allowedOrigins: ['https://a.example/'] },
    "like https://shop.example or https://*.shop.example, got 'https://a.example/'",
  ],
  [
    'an origin without scheme',
    { allowedOrigins: ['a.example'] },
    'collector.allowedOrigins must be origins: scheme and host without a path, like https://shop.example or '
      + "https://*.shop.example, got 'a.example'",
  ],
  ['every origin as a star', { allowedOrigins: ['*'] }, "got '*'"],
  ['a star within a name', { allowedOrigins: ['https://www*.shop.example'] }, "got 'https://www*.shop.example'"],
  ['two stars', { allowedOrigins: ['https://*.*.example'] }, "got 'https://*.*.example'"],
  [
    'a list in one origin',
    { allowedOrigins: ['https://a.example,https://b.example'] },
    'collector.allowedOrigins must',
  ],
  ['no source', { writeKeys: {} }, 'collector.writeKeys is empty: nobody could send events'],
  [
    'a source without keys',
    { writeKeys: { web: { keys: [] } } },
    "collector.writeKeys['web'].keys must hold at least one key, got none: add one",
  ],
  [
    'a blank key',
    { writeKeys: { web: { keys: ['a', ' '] } } },
    "collector.writeKeys['web'].keys has a key that is blank or contains ***, as a masked key does: no client could "
      + 'send it',
  ],
  ['a masked key', { writeKeys: { web: { keys: ['abc***'] } } }, 'as a masked key does: no client could send it'],
  [
    'a key of two sources',
    { writeKeys: { web: { keys: ['k1', 'k2'] }, app: { keys: ['k2'] } } },
    "collector.writeKeys['web'] and collector.writeKeys['app'] have the same key: give each source its own",
  ],
  [
    'headers for no hook',
    { preprocessHeaders: ['x-shop'] },
    'collector.preprocessHeaders names headers for collector.preprocess, which is not set: set it, or leave them out',
  ],
  [
    'more keys than fit',
    { writeKeys: { web: { keys: ['x'.repeat(4000)] } } },
    'collector.writeKeys, pathAliases, allowedOrigins and preprocessHeaders must fit the environment of a function, '
      + '4096 bytes, got 4314: keep the write keys in a secret, collector.writeKeysSecret',
  ],
  [
    'an alias that is no path',
    { pathAliases: { 'a?b': 'batch' } },
    "collector.pathAliases must name paths like shop/track, got 'a?b'",
  ],
  [
    'an alias of the stage',
    { pathAliases: { '/v1/': 'batch' } },
    "collector.pathAliases must name paths like shop/track, got '/v1/'",
  ],
  [
    'an alias that hides a path',
    { pathAliases: { 'v1/track': 'batch' } },
    "collector.pathAliases['v1/track'] is a path that the collector serves already: take another name",
  ],
  [
    'an alias of nothing',
    { pathAliases: { shop: 'tp2' } },
    "collector.pathAliases['shop'] must be a path that the collector serves, "
      + "like com.snowplowanalytics.snowplow/tp2, got 'tp2'",
  ],
  [
    'too little memory',
    { memorySize: 64 },
    'collector.memorySize must be a whole number between 128 and 10240, got 64',
  ],
  [
    'no rate',
    { throttle: { rateLimit: 0, burstLimit: 1 } },
    'collector.throttle.rateLimit must be a whole number between 1 and 1000000, got 0',
  ],
  [
    'no concurrency',
    { reservedConcurrency: 0 },
    'collector.reservedConcurrency must be a whole number between 1 and 1000000, got 0',
  ],
])('refuses %s', (_, options, message) => expect(() => build(options)).toThrow(message));

test.each(['localhost', '.shop.example', 'https://shop.example', ''])('refuses a cookie for %j', domain => {
  expect(() => FirstPartyCookie.domain(domain)).toThrow(
    `collector.firstPartyCookie must be a domain like shop.example, got '${domain}'`,
  );
});

test('values known only at deployment are not judged', () => {
  const token = {
    memorySize: Token.asNumber({ Ref: 'Memory' }),
    allowedOrigins: [Token.asString({ Ref: 'Origin' }), 'https://*.shop.example'],
    writeKeys: { web: { keys: [Token.asString({ Ref: 'Key' })] } },
    firstPartyCookie: FirstPartyCookie.domain(Token.asString({ Ref: 'Domain' })),
  };
  expect(() => build(token)).not.toThrow();
});
