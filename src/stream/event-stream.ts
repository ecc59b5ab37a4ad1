import { aws_kinesis as kinesis, aws_kms as kms, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { StreamCapacity } from './stream-capacity';
import { InvalidPropertyError, requireDurationBetween } from '../private/validate';

/**
 * Options of the stream between collector and job.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   stream: { capacity: StreamCapacity.provisioned(2), retention: Duration.days(3) },
 * });
 */
export interface StreamOptions {
  /**
   * How many shards the stream has.
   *
   * @default StreamCapacity.provisioned(1)
   */
  readonly capacity?: StreamCapacity;

  /**
   * How long the stream keeps events. This is the time you have to repair a stopped job without losing any.
   *
   * @default Duration.hours(24)
   */
  readonly retention?: Duration;

  /**
   * An existing stream to use instead of a new one. Its retention must cover the time between two runs of the job.
   *
   * @default - a stream is created
   */
  readonly kinesisStream?: kinesis.IStream;
}

/** The stream that carries lines of canonical events from the collector to the job. */
export interface IEventStream extends IConstruct {
  readonly stream: kinesis.IStream;
  /** How long the stream keeps events; undefined for an existing stream. */
  readonly retention?: Duration;
}

export interface EventStreamProps extends StreamOptions {
  readonly encryptionKey?: kms.IKey;
}

/** Creates the stream, or takes an existing one. */
export class EventStream extends Construct implements IEventStream {
  public readonly stream: kinesis.IStream;
  public readonly retention?: Duration;

  constructor(scope: Construct, id: string, props: EventStreamProps = {}) {
    super(scope, id);
    if (props.kinesisStream) {
      if (props.capacity || props.retention) {
        throw new InvalidPropertyError('stream.kinesisStream cannot be combined with stream.capacity or '
          + 'stream.retention: an existing stream has its own');
      }
      this.stream = props.kinesisStream;
      return;
    }
    requireDurationBetween('stream.retention', props.retention, Duration.hours(24), Duration.days(365));
    this.retention = props.retention ?? Duration.hours(24);
    const capacity = props.capacity ?? StreamCapacity.provisioned(1);
    this.stream = new kinesis.Stream(this, 'Resource', {
      streamMode: capacity.shards === undefined ? kinesis.StreamMode.ON_DEMAND : kinesis.StreamMode.PROVISIONED,
      shardCount: capacity.shards,
      retentionPeriod: this.retention,
      encryption: props.encryptionKey ? kinesis.StreamEncryption.KMS : kinesis.StreamEncryption.MANAGED,
      encryptionKey: props.encryptionKey,
      // A buffer and not an archive, paid by the hour: it is deleted with the stack even when the data stay.
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
