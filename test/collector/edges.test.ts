import { aws_certificatemanager as acm, aws_kinesis as kinesis, aws_route53 as route53, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CollectorEdge, CollectorOptions, CollectorWebAcl } from '../../src';
import { CollectorEndpoint } from '../../src/collector/collector-endpoint';
import { rendered, shortId } from '../support/iam-statements';
import { synthesize } from '../support/lakehouse';
import { testStack } from '../support/stack';

function build(edge: CollectorEdge, options: CollectorOptions | ((stack: Stack) => CollectorOptions) = {}) {
  const stack = testStack();
  const collector = new CollectorEndpoint(stack, 'Collector', {
    stream: new kinesis.Stream(stack, 'Stream'), edge, ...typeof options === 'function' ? options(stack) : options,
  });
  const template = Template.fromStack(stack);
  const only = (type: string) => {
    const [found, ...others] = Object.values(template.findResources(type));
    expect(others).toEqual([]);
    return found.Properties;
  };
  return { stack, collector, template, only, url: rendered(stack.resolve(collector.endpointUrl)) };
}

const { HTTP_API, FUNCTION_URL, REST_API } = CollectorEdge;

describe('an HTTP API', () => {
  const api = build(HTTP_API);

  test('gives every path and method to the collector in payload format 1.0, and answers no preflight itself', () => {
    const routes = Object.values(api.template.findResources('AWS::ApiGatewayV2::Route'))
      .map(({ Properties }) => Properties);
    expect(routes.map(({ RouteKey, AuthorizationType }) => [RouteKey, AuthorizationType]))
      .toEqual([['ANY /', 'NONE'], ['ANY /{proxy+}', 'NONE']]);
    expect(api.only('AWS::ApiGatewayV2::Integration'))
      .toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '1.0' });
    expect(api.only('AWS::ApiGatewayV2::Api')).toEqual({
      Name: expect.stringMatching(/^Test-Collector-/), Description: 'Clickstream collector', ProtocolType: 'HTTP',
    });
  });

  test('has one stage without a name in its URL, throttled, which waits for the routes', () => {
    expect(api.url).toBe('https://${CollectorHttpApi}.execute-api.${Region}.${URLSuffix}/v1');
    const throttled = (rate: number, burst: number) => ({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
    });
    expect(api.only('AWS::ApiGatewayV2::Stage')).toMatchObject(throttled(1000, 2000));
    expect(build(HTTP_API, { throttle: { rateLimit: 5, burstLimit: 10 } }).only('AWS::ApiGatewayV2::Stage'))
      .toMatchObject(throttled(5, 10));
    const [{ DependsOn }] = Object.values(api.template.findResources('AWS::ApiGatewayV2::Stage'));
    expect(DependsOn.map(shortId)).toEqual(expect.arrayContaining(Object.keys(api.template.findResources(
      'AWS::ApiGatewayV2::Route')).map(shortId)));
  });

  test('writes the access log that a REST API writes, without a role for the account', () => {
    const rest = build(REST_API).only('AWS::ApiGateway::Stage').AccessLogSetting;
    const { Format, DestinationArn } = api.only('AWS::ApiGatewayV2::Stage').AccessLogSettings;
    expect(Format).toBe(rest.Format);
    expect(rendered(DestinationArn)).toBe('${CollectorAccessLog.Arn}');
    api.template.resourceCountIs('AWS::ApiGateway::Account', 0);
    const without = build(HTTP_API, { accessLogs: false });
    expect(without.only('AWS::ApiGatewayV2::Stage')).not.toHaveProperty('AccessLogSettings');
    without.template.resourceCountIs('AWS::Logs::LogGroup', 1);
  });

  test('takes a custom domain with a base path', () => {
    const certificateArn = 'arn:aws:acm:eu-west-1:123456789012:certificate/1';
    const { url, only, template } = build(HTTP_API, stack => ({
      customDomain: {
        domainName: 'collect.shop.example',
        basePath: 'clicks',
        certificate: acm.Certificate.fromCertificateArn(stack, 'Certificate', certificateArn),
        hostedZone: new route53.HostedZone(stack, 'Zone', { zoneName: 'shop.example' }),
      },
    }));
    expect(url).toBe('https://collect.shop.example/clicks/v1');
    const { ApiId, DomainName, Stage, ApiMappingKey } = only('AWS::ApiGatewayV2::ApiMapping');
    expect([ApiId, DomainName, Stage].map(rendered).concat(ApiMappingKey))
      .toEqual(['${CollectorHttpApi}', '${CollectorDomain}', '$default', 'clicks']);
    template.resourceCountIs('AWS::ApiGateway::BasePathMapping', 0);
    template.hasResourceProperties('AWS::Route53::RecordSet', { Name: 'collect.shop.example.' });
  });
});

describe('a function URL', () => {
  const { template, only, url } = build(FUNCTION_URL, { reservedConcurrency: 20 });

  test('is open to everybody, with both permissions that it needs since October 2025, and leaves CORS alone', () => {
    expect(only('AWS::Lambda::Url')).toEqual({
      AuthType: 'NONE', TargetFunctionArn: { 'Fn::GetAtt': [expect.stringMatching(/^CollectorFunction/), 'Arn'] },
    });
    template.resourceCountIs('AWS::Lambda::Permission', 2);
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE', Principal: '*',
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true, Principal: '*',
    });
  });

  test('brings no API, no access log and no role', () => {
    const types = new Set(Object.values(template.toJSON().Resources as Record<string, { Type: string }>)
      .map(({ Type }) => Type));
    expect([...types].filter(type => type.startsWith('AWS::ApiGateway'))).toEqual([]);
    template.resourceCountIs('AWS::Logs::LogGroup', 1);
    template.resourceCountIs('AWS::IAM::Role', 1);
  });

  test('has a host without a slash', () => {
    expect(url).toMatch(/^https:\/\/.*FunctionUrl.*\/v1$/);
    expect(JSON.stringify(template.toJSON())).not.toContain('undefined');
  });
});

test.each<[CollectorEdge, object[]]>([
  [REST_API, [
    { MetricName: '5XXError', Namespace: 'AWS/ApiGateway', Dimensions: [{ Name: 'ApiName' }], Statistic: 'Average' },
  ]],
  [HTTP_API, [
    { MetricName: '5xx', Namespace: 'AWS/ApiGateway', Dimensions: [{ Name: 'ApiId' }] },
    { MetricName: 'Count', Namespace: 'AWS/ApiGateway', Dimensions: [{ Name: 'ApiId' }] },
  ]],
  [FUNCTION_URL, [
    { MetricName: 'Url5xxCount', Namespace: 'AWS/Lambda', Dimensions: [{ Name: 'FunctionName' }] },
    { MetricName: 'UrlRequestCount', Namespace: 'AWS/Lambda', Dimensions: [{ Name: 'FunctionName' }] },
  ]],
])('%s: the alarm and the graph of its errors have the metrics of its service', (edge, expected) => {
  const { template, json } = synthesize({ collector: { edge } });
  const [alarm] = Object.values(template.findResources('AWS::CloudWatch::Alarm', {
    Properties: { AlarmDescription: Match.stringLikeRegexp('More than 1 % of the requests') },
  })).map(({ Properties }) => Properties);
  const metrics = alarm.Metrics?.map(({ MetricStat }: { MetricStat?: { Metric: object } }) => MetricStat?.Metric)
    .filter((metric?: object) => metric !== undefined) ?? [alarm];
  expect(metrics).toMatchObject(expected);
  expect(alarm).toMatchObject({ Threshold: 0.01, TreatMissingData: 'notBreaching' });
  if (alarm.Metrics) expect(alarm.Metrics[0]).toMatchObject({ Expression: 'errors / requests' });
  const dashboards = Object.values(json.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
  const [{ MetricName }] = expected as [{ MetricName: string }];
  expect(JSON.stringify(dashboards)).toContain(`\\"${MetricName}\\"`);
  expect(JSON.stringify(dashboards)).toContain(`\\"${MetricName.replace('5', '4')}\\"`);
});

test('the lakehouse has the one edge that was chosen', () => {
  const members = Object.values(CollectorEdge).map(edge => {
    const { api, httpApi, functionUrl } = synthesize({ collector: { edge } }).lakehouse;
    return [api, httpApi, functionUrl].map(member => member !== undefined);
  });
  expect(members).toEqual([[true, false, false], [false, true, false], [false, false, true]]);
});

test('what an edge lacks is said at synthesis', () => {
  const saying = (edge: CollectorEdge) => Annotations.fromStack(build(edge).stack)
    .findInfo('/Test/Collector', Match.stringLikeRegexp('collector.edge')).map(({ entry }) => String(entry.data));
  expect(saying(REST_API)).toEqual([]);
  expect(saying(HTTP_API))
    .toEqual([expect.stringMatching(/^collector\.edge HTTP_API has no web ACL, .*gzipped bodies.*#edges/)]);
  expect(saying(FUNCTION_URL)).toEqual([expect.stringMatching(/^collector\.edge FUNCTION_URL has no custom domain, /)]);
});

const webAcl = CollectorWebAcl.rateLimited(100);
const certificate = (stack: Stack) =>
  acm.Certificate.fromCertificateArn(stack, 'Own', 'arn:aws:acm:eu-west-1:123456789012:certificate/1');

test.each<[CollectorEdge, string, (stack: Stack) => CollectorOptions]>([
  [HTTP_API, 'webAcl', () => ({ webAcl })],
  [FUNCTION_URL, 'webAcl', () => ({ webAcl })],
  [FUNCTION_URL, 'customDomain', stack => ({
    customDomain: { domainName: 'collect.shop.example', certificate: certificate(stack) },
  })],
  [FUNCTION_URL, 'throttle', () => ({ throttle: { rateLimit: 1, burstLimit: 1 } })],
  [FUNCTION_URL, 'accessLogs', () => ({ accessLogs: true })],
])('%s refuses %s', (edge, option, options) => {
  expect(() => build(edge, options))
    .toThrow(`collector.${option} cannot be combined with collector.edge ${edge}, which `);
});

test('a function URL takes an access log that is switched off', () => {
  expect(() => build(FUNCTION_URL, { accessLogs: false })).not.toThrow();
});
