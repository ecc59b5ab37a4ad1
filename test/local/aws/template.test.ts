import { join } from 'path';
import { smallStack } from './small-stack';
import { RestApi } from '../../../examples/local/aws/edge-template';
import { readStack } from '../../../examples/local/aws/local-stack';

test('the function behind the API is found, with its bundle, limits and environment', () => {
  const folder = smallStack({ timeoutSeconds: 7, environment: { CLIENT_IP: 'drop' } });
  expect(readStack(folder).edge.integration).toEqual({
    name: 'Collector',
    handler: 'index.handler',
    assetPath: join(folder, 'asset.code'),
    timeoutSeconds: 7,
    memoryMegabytes: 128,
    environment: { STREAM_NAME: 'stream', CLIENT_IP: 'drop' },
  });
});

test('stage, throttle and binary types come from the template', () => {
  const { edge: api } = readStack(smallStack({ throttle: { rate: 5, burst: 9 } }));
  expect(api).toMatchObject({
    stage: 'v1', binaryMediaTypes: ['*/*'], rateLimit: 5, burstLimit: 9, integrationTimeoutMs: 29_000,
  });
});

test('gateway responses keep status, headers and body', () => {
  expect((readStack(smallStack()).edge as RestApi).gatewayResponses.THROTTLED).toEqual({
    statusCode: undefined,
    headers: { 'Access-Control-Allow-Origin': 'method.request.header.Origin', 'Retry-After': "'5'" },
    template: '{"success":false,"code":"throttled","message":"no"}',
  });
});

test('the job has its staged script and package, and its arguments resolved', () => {
  const folder = smallStack();
  const { job, stream } = readStack(folder);
  expect(stream).toEqual({ name: 'stream', shards: 2 });
  expect(job).toMatchObject({
    scriptPath: join(folder, 'asset.script.py'),
    assets: { 's3://assets-000000000000/ba66a6e.zip': join(folder, 'asset.package') },
  });
  expect(job.arguments['--stream_name']).toBe('stream');
});

test('an on-demand stream has the shards that Kinesis starts one with', () => {
  const Stream = { Type: 'AWS::Kinesis::Stream', Properties: { StreamModeDetails: { StreamMode: 'ON_DEMAND' } } };
  expect(readStack(smallStack({ resources: { Stream } })).stream.shards).toBe(4);
});

test.each([
  ['two streams', { Second: { Type: 'AWS::Kinesis::Stream' } },
    /exactly one AWS::Kinesis::Stream in the template, found 2/],
  ['a mock integration', { Mock: { Type: 'AWS::ApiGateway::Method', Properties: { Integration: { Type: 'MOCK' } } } },
    /Lambda proxy integrations only/],
])('%s cannot be played, and the error says so', (_name, resources, message) => {
  expect(() => readStack(smallStack({ resources }))).toThrow(message);
});
