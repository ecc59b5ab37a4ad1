import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** CloudWatch answers with at most 1,440 data points: 15 minutes each for two weeks, days for a year. */
const SHORT_SPAN = 14 * DAY;
const SHORT_PERIOD_SECONDS = 900;
const LONG_PERIOD_SECONDS = 86_400;

/** Within this time a record shows in the stream's metrics. */
export const METRICS_DELAY_MS = 5 * MINUTE;

/**
 * A time before which the stream's metrics show no record since then, and after which they show one; undefined when
 * they show none at all. Records of the last minutes may not show yet.
 *
 * @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
 */
export async function quietUntil(
  cloudWatch: CloudWatchClient, streamName: string, since: Date, now: Date,
): Promise<Date | undefined> {
  const isShort = now.getTime() - since.getTime() < SHORT_SPAN;
  const { Datapoints = [] } = await cloudWatch.send(new GetMetricStatisticsCommand({
    Namespace: 'AWS/Kinesis',
    MetricName: 'IncomingRecords',
    Dimensions: [{ Name: 'StreamName', Value: streamName }],
    StartTime: new Date(since.getTime() - METRICS_DELAY_MS),
    EndTime: now,
    Period: isShort ? SHORT_PERIOD_SECONDS : LONG_PERIOD_SECONDS,
    Statistics: ['Sum'],
  }));
  const withRecords = Datapoints.filter(({ Sum = 0 }) => Sum > 0);
  if (withRecords.length === 0) return undefined;
  const first = Math.min(...withRecords.map(({ Timestamp = since }) => Timestamp.getTime()));
  return new Date(Math.max(first, since.getTime()));
}

/** The argument that tells the job until when there was nothing to read: it cannot tell that from expired records. */
export function readUntilArgument(time: Date): Record<string, string> {
  return { '--read_until': String(time.getTime() / 1000) };
}
