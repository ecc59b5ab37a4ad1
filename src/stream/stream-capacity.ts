import { requireBetween } from '../private/validate';

/** Write limits of a shard: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const SHARD_BYTES_PER_SECOND = 1024 * 1024;
export const SHARD_RECORDS_PER_SECOND = 1000;

/** The rest is room for peaks and uneven shards. */
export const UTILISATION = 0.7;

/** How many shards the stream has. */
export class StreamCapacity {
  /**
   * A fixed number of shards, each of which takes 1,000 records and 1 MiB a second. Kinesis refuses to change the
   * number to more than twice or less than half of the present one: go there in several deployments.
   *
   * @param shards Number of shards, 1 to 500
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   stream: { capacity: StreamCapacity.provisioned(4) },
   * });
   */
  public static provisioned(shards: number): StreamCapacity {
    requireBetween('stream.capacity: shards', shards, 1, 500);
    return new StreamCapacity(shards);
  }

  /**
   * Shards that Kinesis adds and removes by itself, at a higher price per gigabyte and per hour.
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   stream: { capacity: StreamCapacity.onDemand() },
   * });
   */
  public static onDemand(): StreamCapacity {
    return new StreamCapacity(undefined);
  }

  /**
   * As many shards as the throughput needs when they are filled to 70 %. Every event is taken to come in a request, and
   * so in a record, of its own.
   *
   * @param eventsPerSecond Events per second at the peak
   * @param averageBytes Average size of an event in bytes
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   stream: { capacity: StreamCapacity.forThroughput(2000, 800) },
   * });
   */
  public static forThroughput(eventsPerSecond: number, averageBytes: number): StreamCapacity {
    requireBetween('stream.capacity: eventsPerSecond', eventsPerSecond, 1, 350_000);
    requireBetween('stream.capacity: averageBytes', averageBytes, 1, 900 * 1024);
    const byRecords = eventsPerSecond / SHARD_RECORDS_PER_SECOND;
    const byBytes = eventsPerSecond * averageBytes / SHARD_BYTES_PER_SECOND;
    return StreamCapacity.provisioned(Math.ceil(Math.max(byRecords, byBytes) / UTILISATION));
  }

  /** Number of shards, or undefined when on demand. */
  public readonly shards?: number;

  private constructor(shards: number | undefined) {
    this.shards = shards;
  }
}
