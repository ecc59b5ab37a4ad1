import { CostLine, MILLION, Part, service } from './cost-line';
import { Facts } from './facts';
import { GB, HOURS_PER_MONTH, Workload } from './workload';
import { SHARD_BYTES_PER_SECOND, SHARD_RECORDS_PER_SECOND } from '../stream/stream-capacity';

/** Kinesis bills a record by pieces of this size. */
const PUT_UNIT_BYTES = 25 * 1024;
/** On demand, it rounds a record up to this size. */
const ON_DEMAND_BYTES = 1024;

/** Retention beyond a day costs by the hour, beyond a week by the volume. */
const FREE_HOURS = 24;
const EXTENDED_HOURS = 7 * 24;

const kinesis = service('Kinesis');

/** The stream, unless it is the user's. */
export function streamPart({ stream }: Facts, workload: Workload): Part {
  if (!stream) return { lines: [] };
  const { shards, retentionHours } = stream;
  const longTerm = kinesis.variable('retention beyond 7 days', 'longTermRetention',
    keptGigabytes(workload, EXTENDED_HOURS, retentionHours));
  if (shards === undefined) return { lines: [...onDemandLines(workload, retentionHours), longTerm] };
  return { lines: [...shardLines(workload, shards, retentionHours), longTerm], shortfalls: missing(workload, shards) };
}

function shardLines({ requests, recordBytes }: Workload, shards: number, retentionHours: number): CostLine[] {
  const hours = shards * HOURS_PER_MONTH;
  return [
    kinesis.fixed('shards', 'shardHours', hours),
    kinesis.fixed('retention beyond 24 hours', 'extendedRetention', retentionHours > FREE_HOURS ? hours : 0),
    kinesis.variable('records', 'putUnits', requests * Math.ceil(recordBytes / PUT_UNIT_BYTES) / MILLION),
  ];
}

function onDemandLines(workload: Workload, retentionHours: number): CostLine[] {
  const { requests, recordBytes, gigabytes } = workload;
  const bytesIn = requests * Math.ceil(recordBytes / ON_DEMAND_BYTES) * ON_DEMAND_BYTES;
  const kept = keptGigabytes(workload, FREE_HOURS, Math.min(retentionHours, EXTENDED_HOURS));
  return [
    kinesis.fixed('stream on demand', 'onDemandStreamHours', HOURS_PER_MONTH),
    kinesis.variable('bytes written', 'onDemandBytesIn', bytesIn / GB),
    kinesis.variable('bytes read', 'onDemandBytesOut', gigabytes),
    kinesis.variable('retention beyond 24 hours', 'onDemandRetention', kept),
  ];
}

/** Gigabytes in the stream between two ages. */
function keptGigabytes({ gigabytes }: Workload, fromHours: number, toHours: number): number {
  return gigabytes * Math.max(0, toHours - fromHours) / HOURS_PER_MONTH;
}

function missing({ bytesPerSecond, requestsPerSecond }: Workload, shards: number): string[] {
  const needed = Math.ceil(Math.max(
    bytesPerSecond / SHARD_BYTES_PER_SECOND, requestsPerSecond / SHARD_RECORDS_PER_SECOND));
  return needed <= shards ? [] : [
    `the stream has ${shards} shard${shards === 1 ? '' : 's'} and needs at least ${needed}: raise stream.capacity`,
  ];
}
