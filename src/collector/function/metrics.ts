import { EntryCounts } from './lines';

/**
 * Measurements of one request, without a body, address, user agent or id: logs are kept and read more widely than
 * events.
 */
export interface RequestMetrics extends EntryCounts {
  readonly receivedBytes: number;
  readonly storeRetries: number;
  readonly storeFailed: boolean;
  readonly latencyMs: number;
  readonly status: number;
  /** id of the source, if its events are counted by themselves */
  readonly measuredSource?: string;
  /** id of the source, if the request was above its rate */
  readonly limitedSource?: string;
}

const UNITS = {
  Requests: 'Count',
  AcceptedEvents: 'Count',
  BadEvents: 'Count',
  ReceivedBytes: 'Bytes',
  StoreRetries: 'Count',
  StoreFailures: 'Count',
  Latency: 'Milliseconds',
};

/** As text: every request has the same. */
const METRICS = JSON.stringify(Object.entries(UNITS).map(([Name, Unit]) => ({ Name, Unit })));
const MEASURED_METRICS = JSON.stringify([{ Name: 'AcceptedEvents', Unit: UNITS.AcceptedEvents }]);
const LIMITED_METRICS = JSON.stringify([{ Name: 'RateLimitedRequests', Unit: 'Count' }]);

/** A line in CloudWatch's embedded metric format: metrics without a call to CloudWatch. */
export function metricsLine(metrics: RequestMetrics, namespace: string, functionName: string, now: number): string {
  const values: Record<keyof typeof UNITS, number> = {
    Requests: 1,
    AcceptedEvents: metrics.accepted,
    BadEvents: Object.values(metrics.bad).reduce((sum, count) => sum + count, 0),
    ReceivedBytes: metrics.receivedBytes,
    StoreRetries: metrics.storeRetries,
    StoreFailures: metrics.storeFailed ? 1 : 0,
    Latency: metrics.latencyMs,
  };
  const { measuredSource, limitedSource } = metrics;
  const fields = {
    FunctionName: functionName,
    ...values,
    RateLimitedRequests: limitedSource === undefined ? undefined : 1,
    Status: metrics.status,
    BadCodes: metrics.bad,
    Source: measuredSource ?? limitedSource,
  };
  const declared = directives(metrics, JSON.stringify(namespace));
  return `{"_aws":{"Timestamp":${now},"CloudWatchMetrics":[${declared}]},${JSON.stringify(fields).slice(1)}`;
}

/** Few metrics of a source: each combination of dimensions is billed by itself, for hours in which it has data. */
function directives({ measuredSource, limitedSource }: RequestMetrics, namespace: string): string {
  const ofSource = (metrics: string) =>
    `,{"Namespace":${namespace},"Dimensions":[["FunctionName","Source"]],"Metrics":${metrics}}`;
  return `{"Namespace":${namespace},"Dimensions":[["FunctionName"]],"Metrics":${METRICS}}`
    + (measuredSource === undefined ? '' : ofSource(MEASURED_METRICS))
    + (limitedSource === undefined ? '' : ofSource(LIMITED_METRICS));
}

/**
 * A log line of a failure. Of the stack only the frames: its first lines hold the message, which may quote what was
 * received.
 */
export function errorLine(error: unknown, requestId: string): string {
  const { name = 'Error', stack = '' } = error instanceof Error ? error : {};
  const frames = stack
    .split('\n')
    .filter(line => /^\s+at .*:\d+:\d+\)?$/.test(line))
    .slice(0, 5)
    .map(line => line.trim());
  return JSON.stringify({ level: 'ERROR', error: name, requestId, frames });
}
