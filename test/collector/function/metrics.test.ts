import { errorLine, metricsLine } from '../../../src/collector/function/metrics';

test('a metrics line embeds every figure as a metric with the function as dimension', () => {
  const line = JSON.parse(metricsLine(
    {
      receivedBytes: 10,
      accepted: 3,
      bad: { invalid_id: 2, too_deep: 1 },
      storeRetries: 1,
      storeFailed: true,
      latencyMs: 7,
      status: 503,
    },
    'Mine', 'fn', 99,
  ));
  expect(line).toMatchObject({
    FunctionName: 'fn',
    Requests: 1,
    AcceptedEvents: 3,
    BadEvents: 3,
    ReceivedBytes: 10,
    StoreRetries: 1,
    StoreFailures: 1,
    Latency: 7,
    Status: 503,
    BadCodes: { invalid_id: 2, too_deep: 1 },
  });
  const [directive] = line._aws.CloudWatchMetrics;
  expect(line._aws.Timestamp).toBe(99);
  expect(directive).toMatchObject({ Namespace: 'Mine', Dimensions: [['FunctionName']] });
  for (const { Name } of directive.Metrics) expect(typeof line[Name]).toBe('number');
  expect(directive.Metrics).toHaveLength(7);
});

test('of a measured source the accepted events are a metric of their own, and nothing else is', () => {
  const metrics = {
    receivedBytes: 10, accepted: 3, bad: {}, storeRetries: 0, storeFailed: false, latencyMs: 7, status: 200,
  };
  const line = JSON.parse(metricsLine({ ...metrics, measuredSource: 'web' }, 'Mine', 'fn', 99));
  expect(line).toMatchObject({ FunctionName: 'fn', Source: 'web', AcceptedEvents: 3 });
  const [all, ofSource] = line._aws.CloudWatchMetrics;
  expect(ofSource).toEqual({
    Namespace: 'Mine',
    Dimensions: [['FunctionName', 'Source']],
    Metrics: [{ Name: 'AcceptedEvents', Unit: 'Count' }],
  });
  const unmeasured = metricsLine(metrics, 'Mine', 'fn', 99);
  expect(JSON.parse(unmeasured)._aws.CloudWatchMetrics).toEqual([all]);
  expect(unmeasured).not.toContain('Source');
});

test('an error is logged by name and place, never with its message', () => {
  const line = errorLine(new TypeError('cannot read user@example.com\n    at user@example.com'), 'r1');
  expect(JSON.parse(line)).toMatchObject({ level: 'ERROR', error: 'TypeError', requestId: 'r1' });
  expect(JSON.parse(line).frames.length).toBeGreaterThan(0);
  expect(line).not.toContain('user@example.com');
  expect(JSON.parse(errorLine('thrown text', 'r1'))).toMatchObject({ error: 'Error', frames: [] });
});
