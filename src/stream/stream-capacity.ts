import { requireBetween } from '../private/validate';

/** What a shard takes in: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD_BYTES_PER_SECOND = 1024 * 1024;
const SHARD_RECORDS_PER_SECOND = 1000;

/** Room for peaks and uneven shards when capacity is derived from the throughput. */
const UTILISATION = 0.7;

/** Shards of the stream. */
export class StreamCapacity {
  /**
   * A fixed number of shards; each takes 1,000 records and 1 MiB a second.
   *
   * @param shards number of shards, 1 to 500
   */
  public static provisioned(shards: number): StreamCapacity {
    requireBetween('stream.capacity: shards', shards, 1, 500);
    return new StreamCapacity(shards);
  }

  /** Scales by itself, at a higher price per gigabyte and per hour. */
  public static onDemand(): StreamCapacity {
    return new StreamCapacity(undefined);
  }

  /**
   * As many shards as the throughput needs when every event comes in a request, hence a record, of its own; filled to 70 %.
   *
   * @param eventsPerSecond events per second at the peak
   * @param averageBytes average size of an event in bytes
   */
  public static forThroughput(eventsPerSecond: number, averageBytes: number): StreamCapacity {
    requireBetween('stream.capacity: eventsPerSecond', eventsPerSecond, 1, 350_000);
    requireBetween('stream.capacity: averageBytes', averageBytes, 1, 900 * 1024);
    const needed = Math.max(eventsPerSecond / SHARD_RECORDS_PER_SECOND, eventsPerSecond * averageBytes / SHARD_BYTES_PER_SECOND);
    return StreamCapacity.provisioned(Math.ceil(needed / UTILISATION));
  }

  /** Number of shards; undefined when on demand. */
  public readonly shards?: number;

  private constructor(shards: number | undefined) {
    this.shards = shards;
  }
}
