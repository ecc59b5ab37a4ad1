import { aws_kinesis as kinesis, aws_kms as kms, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { StreamCapacity } from './stream-capacity';
import { InvalidPropertyError, requireDurationBetween } from '../private/validate';

/** Options of the stream between collector and job. */
export interface StreamOptions {
  /**
   * Shards of the stream.
   *
   * @default StreamCapacity.provisioned(1)
   */
  readonly capacity?: StreamCapacity;

  /**
   * How long the stream keeps events: the time there is to repair a stopped job without losing any.
   *
   * @default Duration.hours(24)
   */
  readonly retention?: Duration;

  /**
   * An existing stream, instead of creating one. Its retention must cover the time between two runs of the job.
   *
   * @default - a stream is created
   */
  readonly existing?: kinesis.IStream;
}

/** Properties of EventStream. */
export interface EventStreamProps extends StreamOptions {
  /**
   * Key that encrypts the stream.
   *
   * @default - the key Kinesis owns
   */
  readonly encryptionKey?: kms.IKey;
}

/** The stream that carries lines of canonical events from the collector to the job. */
export class EventStream extends Construct {
  /** The stream. */
  public readonly stream: kinesis.IStream;
  /** How long it keeps events; undefined for an existing stream. */
  public readonly retention?: Duration;

  /**
   * @param scope parent construct
   * @param id construct id
   * @param props see EventStreamProps
   */
  constructor(scope: Construct, id: string, props: EventStreamProps = {}) {
    super(scope, id);
    if (props.existing) {
      if (props.capacity || props.retention) {
        throw new InvalidPropertyError('stream.existing excludes stream.capacity and stream.retention: the existing stream has its own');
      }
      this.stream = props.existing;
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
      // A buffer, not an archive, and paid by the hour: it goes with the stack even when the data stay.
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
