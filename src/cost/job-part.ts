import { CostLine, MILLION, Part, service } from './cost-line';
import { Facts } from './facts';
import { PriceName } from './prices';
import { HOURS_PER_MONTH, SECONDS_PER_MONTH, Workload } from './workload';
import { SHARD_BYTES_PER_SECOND, UTILISATION } from '../stream/stream-capacity';

/**
 * Events that a core takes from the stream to `events` in a second, by `npm run bench -- job --only both`. A vCPU of
 * Glue is taken for a core.
 */
const EVENTS_PER_CORE_SECOND = 7_800;
const CORES_PER_DPU = 4;

/** Reading a shard is as fast as two writers. */
const READ_BYTES_PER_SECOND = 2 * SHARD_BYTES_PER_SECOND;
/** Shards that a stream on demand begins with. */
const ON_DEMAND_SHARDS = 4;

/**
 * Assumed time of a drain besides its events: the start of Spark and of the queries, which Glue bills, and their end.
 * Locally a drain of 51 records took 54 s.
 */
const DRAIN_SECONDS = 90;
/** A batch reads no longer than this: `ReadLimits` in glue-assets/clickstream_lakehouse/source/shard_reader.py. */
export const BATCH_READ_SECONDS = 20;

/** S3 requests, measured on a local S3 server. A pair is a batch of ingest and the batch of refine that follows it. */
const PAIR = { puts: 120, gets: 170 };
const DRAIN = { puts: 280, gets: 396 };
/** Assumed for a trigger of a continuous job that finds nothing: the look into Delta's log. */
const EMPTY_TRIGGER = { puts: 2, gets: 2 };

/** Kinesis answers in JSON, where bytes are base64. */
const BASE64 = 4 / 3;

/**
 * Bytes of `raw` and `events` together for each byte in the stream. The large batches of `npm run bench -- job` take
 * 0.4, and smaller ones compress less.
 */
const STORED = 0.5;

/** The job's own metrics. */
export const JOB_METRICS = ['RawRecords', 'BatchDuration', 'Events', 'BadEvents', 'DuplicateEvents', 'Freshness'];
export const TRANSFORM_METRICS = ['TransformFailures'];

const glue = service('Glue');
const vpc = service('VPC');
const s3 = service('S3');
const cloudWatch = service('CloudWatch');

/** The job's work in a month. */
interface Work {
  /** Batches of both stages, each of which reports its metrics. */
  readonly pairs: number;
  readonly puts: number;
  readonly gets: number;
  readonly shortfalls: string[];
  readonly lines: CostLine[];
}

/** The job with its network and its tables. */
export function jobPart(facts: Facts, workload: Workload): Part {
  const { endpoints, job } = facts;
  const { gigabytes, storedMonths } = workload;
  const { pairs, puts, gets, lines, shortfalls } = job.startsPerDay === undefined
    ? continuousWork(facts, workload) : drainWork(facts, workload, job.startsPerDay);
  const metrics = JOB_METRICS.length + (job.hasTransform ? TRANSFORM_METRICS.length : 0);
  return {
    lines: [
      ...lines,
      vpc.fixed('interface endpoints', 'endpointHours', endpoints * HOURS_PER_MONTH),
      vpc.variable('records through the endpoint', 'endpointBytes', endpoints > 0 ? gigabytes * BASE64 : 0),
      s3.variable('requests of batches that write or list', 's3PutAndList', puts / MILLION),
      s3.variable('requests of batches that read', 's3Get', gets / MILLION),
      s3.variable(`tables with ${storedMonths} month${storedMonths === 1 ? '' : 's'} of events`, 's3Storage',
        gigabytes * STORED * storedMonths),
      cloudWatch.variable("the job's metrics", 'customMetrics', metrics * Math.min(1, pairs / HOURS_PER_MONTH)),
      cloudWatch.variable("calls with the job's metrics", 'metricRequests', 2 * pairs / MILLION),
    ],
    shortfalls,
  };
}

/** A batch at each trigger that finds something. */
function continuousWork(facts: Facts, { events, eventsPerSecond }: Workload): Work {
  const { workers, dpusPerWorker, triggerSeconds } = facts.job;
  const triggers = SECONDS_PER_MONTH / triggerSeconds;
  const pairs = Math.min(triggers, events);
  const perWorker = dpusPerWorker * CORES_PER_DPU * EVENTS_PER_CORE_SECOND * UTILISATION;
  const needed = 1 + Math.ceil(eventsPerSecond / perWorker);
  return {
    pairs,
    puts: pairs * PAIR.puts,
    gets: pairs * PAIR.gets,
    lines: [
      glue.fixed('job that always runs', dpuPrice(facts), workers * dpusPerWorker * HOURS_PER_MONTH),
      s3.fixed('triggers that list', 's3PutAndList', triggers * EMPTY_TRIGGER.puts / MILLION),
      s3.fixed('triggers that read', 's3Get', triggers * EMPTY_TRIGGER.gets / MILLION),
    ],
    shortfalls: needed <= workers ? [] : [
      `the job has ${workers} workers and needs about ${needed}: raise processing.workers or processing.workerType`,
    ],
  };
}

/** A start without records since the last run is skipped. */
function drainWork(facts: Facts, workload: Workload, startsPerDay: number): Work {
  const { workers, dpusPerWorker } = facts.job;
  const drains = Math.min(startsPerDay * HOURS_PER_MONTH / 24, workload.events);
  const intervalSeconds = 24 * 3600 / startsPerDay;
  const workSeconds = workload.events / throughput(facts, workload);
  const seconds = Math.min(drains * DRAIN_SECONDS + workSeconds, SECONDS_PER_MONTH);
  const more = workSeconds / BATCH_READ_SECONDS;
  const drainSeconds = drains > 0 ? DRAIN_SECONDS + workSeconds / drains : 0;
  return {
    pairs: drains + more,
    puts: drains * DRAIN.puts + more * PAIR.puts,
    gets: drains * DRAIN.gets + more * PAIR.gets,
    lines: [glue.variable('runs of the job', dpuPrice(facts), workers * dpusPerWorker * seconds / 3600)],
    shortfalls: drainSeconds <= intervalSeconds ? [] : [
      `a run of the job takes about ${minutes(drainSeconds)} and is due every ${minutes(intervalSeconds)}: `
      + 'raise stream.capacity, processing.workers or the interval of processing.schedule',
    ],
  };
}

/** Events per second that a drain manages: either the stream or the workers but one, the driver, set the limit. */
function throughput({ job, stream }: Facts, { bytesPerSecond, eventsPerSecond }: Workload): number {
  const refined = (job.workers - 1) * job.dpusPerWorker * CORES_PER_DPU * EVENTS_PER_CORE_SECOND;
  if (!stream || eventsPerSecond === 0) return refined;
  const averageBytes = bytesPerSecond / eventsPerSecond;
  return Math.min(refined, (stream.shards ?? ON_DEMAND_SHARDS) * READ_BYTES_PER_SECOND / averageBytes);
}

function dpuPrice({ job: { glueMajorVersion, isFlex } }: Facts): PriceName {
  if (glueMajorVersion < 6) return isFlex ? 'glueFlexHoursBefore6' : 'glueHoursBefore6';
  return isFlex ? 'glueFlexHours' : 'glueHours';
}

function minutes(seconds: number): string {
  return `${Math.round(seconds / 6) / 10} minutes`;
}
