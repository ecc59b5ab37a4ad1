import { randomUUID } from 'crypto';
import { setTimeout as delay } from 'timers/promises';
import { MAX_ATTEMPT_MS, MAX_CALL_BYTES, MAX_CALL_RECORDS } from '../limits';
import { packRecords } from './pack-records';
import { KinesisError, PutRecords, RecordEntry } from './put-records';

/** Full jitter: a random wait below a bound that doubles, from one shard's recovery to its throttle window. */
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 1_000;

/** Client errors that pass by themselves. Any other 4xx (no permission, no such stream) would fail again. */
const PASSING_ERRORS = new Set([
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'ThrottlingException',
  'KMSThrottlingException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'InvalidSignatureException',
  'ExpiredTokenException',
]);

export class StoreFailedError extends Error {
  constructor(
    /** name of the last error, as Kinesis or the SDK calls it */
    readonly reason: string,
    readonly retries: number,
  ) {
    super(`Kinesis did not take the records: ${reason}`);
    this.name = 'StoreFailedError';
  }
}

export interface WriteReport { readonly retries: number }

/** Bounds the waits; replaced in tests. */
export interface Pacing {
  readonly now: () => number;
  readonly random: () => number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

const REAL_PACING: Pacing = { now: Date.now, random: Math.random, wait: milliseconds => delay(milliseconds) };

interface Attempt { readonly failed: readonly RecordEntry[]; readonly reason: string }

/** Writes lines to the stream and returns only when Kinesis confirmed every one of them. */
export class KinesisWriter {
  constructor(
    private readonly putRecords: PutRecords,
    private readonly pacing: Pacing = REAL_PACING,
  ) {}

  /**
   * Entries that Kinesis refuses are sent again until `deadline`. An entry whose confirmation was lost is sent twice:
   * ids are set before, so the job removes the copy.
   * @param deadline epoch milliseconds
   * @throws {StoreFailedError}
   */
  async write(lines: readonly string[], deadline: number): Promise<WriteReport> {
    // Random keys spread the load evenly over the shards: order within a shard means nothing to the job.
    let pending: readonly RecordEntry[] = packRecords(lines).map(data => ({ data, partitionKey: randomUUID() }));
    for (let retries = 0; ; retries++) {
      const { failed, reason } = await this.attempt(pending, deadline, retries);
      if (failed.length === 0) return { retries };
      const pause = this.pacing.random() * Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** retries);
      if (this.pacing.now() + pause >= deadline) throw new StoreFailedError(reason, retries);
      await this.pacing.wait(pause);
      pending = failed;
    }
  }

  private async attempt(entries: readonly RecordEntry[], deadline: number, retries: number): Promise<Attempt> {
    const failed: RecordEntry[] = [];
    let reason = '';
    for (const call of calls(entries)) {
      const outcome = await this.put(call, deadline, retries);
      failed.push(...outcome.failed);
      reason = outcome.reason || reason;
    }
    return { failed, reason };
  }

  private async put(entries: readonly RecordEntry[], deadline: number, retries: number): Promise<Attempt> {
    try {
      const results = await this.putRecords(
        entries,
        Math.max(1, Math.min(MAX_ATTEMPT_MS, deadline - this.pacing.now())),
      );
      const failed = entries.filter((_, index) => results[index]?.SequenceNumber === undefined);
      return { failed, reason: results.find(result => result.ErrorCode)?.ErrorCode ?? 'no sequence number' };
    } catch (error) {
      if (error instanceof KinesisError && error.status < 500 && !PASSING_ERRORS.has(error.name)) {
        throw new StoreFailedError(error.name, retries);
      }
      const { name, code } = error as { name: string; code?: string };
      return { failed: entries, reason: code ?? name };
    }
  }
}

/** Splits entries at the limits of PutRecords. */
function calls(entries: readonly RecordEntry[]): RecordEntry[][] {
  const result: RecordEntry[][] = [];
  let bytes = Infinity;
  for (const entry of entries) {
    const size = entry.data.length + entry.partitionKey.length;
    if (bytes + size > MAX_CALL_BYTES || result[result.length - 1].length === MAX_CALL_RECORDS) {
      result.push([]);
      bytes = 0;
    }
    result[result.length - 1].push(entry);
    bytes += size;
  }
  return result;
}
