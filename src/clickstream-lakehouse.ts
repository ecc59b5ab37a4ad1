import { aws_ec2 as ec2, aws_kms as kms, aws_logs as logs, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ClientIp, CollectorEndpoint, IngestionOptions } from './collector/collector-endpoint';
import { JobNetwork } from './network/job-network';
import { LakehouseNetwork } from './network/lakehouse-network';
import { allowLogEncryption } from './private/encryption';
import { InvalidPropertyError } from './private/validate';
import { ProcessingOptions, StreamingJob } from './processing/streaming-job';
import { LakehouseStorage, StorageOptions } from './storage/lakehouse-storage';
import { EventStream, StreamOptions } from './stream/event-stream';

/** Options of privacy. */
export interface PrivacyOptions {
  /**
   * What is kept of client addresses.
   *
   * @default ClientIp.TRUNCATE
   */
  readonly clientIp?: ClientIp;
}

/** Properties of ClickstreamLakehouse. */
export interface ClickstreamLakehouseProps {
  /**
   * An existing VPC for the streaming job; its subnet must reach S3, Kinesis and CloudWatch.
   *
   * @default - as `network` says
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Which subnet of `vpc` the job uses: the first one selected.
   *
   * @default - the first private subnet with a way out, else the first isolated one
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Where the streaming job runs when no `vpc` is given.
   *
   * @default LakehouseNetwork.isolated()
   */
  readonly network?: LakehouseNetwork;

  /**
   * Key that encrypts stream, buckets, logs and query results.
   *
   * @default - keys the services own
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What becomes of the data (buckets, database, tables) when the stack is deleted. DESTROY empties the buckets.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How long logs are kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * The collector.
   *
   * @default - see IngestionOptions
   */
  readonly ingestion?: IngestionOptions;

  /**
   * The stream.
   *
   * @default - see StreamOptions
   */
  readonly stream?: StreamOptions;

  /**
   * The streaming job.
   *
   * @default - see ProcessingOptions
   */
  readonly processing?: ProcessingOptions;

  /**
   * Buckets and catalog.
   *
   * @default - see StorageOptions
   */
  readonly storage?: StorageOptions;

  /**
   * What is kept of people.
   *
   * @default - see PrivacyOptions
   */
  readonly privacy?: PrivacyOptions;
}

/** Trackers to collector, collector to stream, stream to Delta tables, tables to Athena. */
export class ClickstreamLakehouse extends Construct implements ec2.IConnectable {
  /** Subnet and security group of the job; undefined outside any VPC. */
  public readonly network?: JobNetwork;
  /** Stream between collector and job. */
  public readonly eventStream: EventStream;
  /** Buckets and catalog. */
  public readonly storage: LakehouseStorage;
  /** The collector. */
  public readonly collector: CollectorEndpoint;
  /** The streaming job. */
  public readonly job: StreamingJob;
  /** Rules of the job's security group; without any outside a VPC. */
  public readonly connections: ec2.Connections;

  /**
   * @param scope parent construct
   * @param id construct id
   * @param props see ClickstreamLakehouseProps
   */
  constructor(scope: Construct, id: string, props: ClickstreamLakehouseProps = {}) {
    super(scope, id);
    const { encryptionKey, logRetention, removalPolicy } = props;
    if (encryptionKey) allowLogEncryption(this, encryptionKey);

    this.network = createNetwork(this, props);
    this.connections = this.network?.connections ?? new ec2.Connections();
    this.eventStream = new EventStream(this, 'Stream', { ...props.stream, encryptionKey });
    this.storage = new LakehouseStorage(this, 'Storage', { ...props.storage, encryptionKey, removalPolicy });
    this.collector = new CollectorEndpoint(this, 'Collector', {
      ...props.ingestion, ...props.privacy, stream: this.eventStream.stream, encryptionKey, logRetention,
    });
    this.job = new StreamingJob(this, 'Job', {
      ...props.processing,
      stream: this.eventStream.stream,
      streamRetention: this.eventStream.retention,
      storage: this.storage,
      network: this.network,
      encryptionKey,
      logRetention,
    });
  }
}

function createNetwork(scope: Construct, { vpc, vpcSubnets, network }: ClickstreamLakehouseProps): JobNetwork | undefined {
  if (vpc && network) throw new InvalidPropertyError('vpc excludes network: give the VPC or say which one to create');
  if (vpcSubnets && !vpc) throw new InvalidPropertyError('vpcSubnets selects subnets of vpc, which is not given');
  if (vpc) return new JobNetwork(scope, 'Network', { vpc, vpcSubnets });
  const isolated = (network ?? LakehouseNetwork.isolated())._isolated;
  return isolated && new JobNetwork(scope, 'Network', isolated);
}
