import { aws_ec2 as ec2, aws_kms as kms, aws_logs as logs, RemovalPolicy } from 'aws-cdk-lib';
import { IngestionOptions } from './collector/collector-options';
import { PrivacyOptions } from './collector/privacy-options';
import { MonitoringOptions } from './monitoring/lakehouse-monitoring';
import { LakehouseNetwork } from './network/lakehouse-network';
import { ProcessingOptions } from './processing/processing-options';
import { QueryOptions } from './query/athena-query';
import { StorageOptions } from './storage/lakehouse-storage';
import { StreamOptions } from './stream/event-stream';
import { TeardownOptions } from './teardown/teardown';

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

  /**
   * The Athena workgroup.
   *
   * @default - see QueryOptions
   */
  readonly query?: QueryOptions;

  /**
   * Alarms and dashboard.
   *
   * @default - see MonitoringOptions
   */
  readonly monitoring?: MonitoringOptions;

  /**
   * The stack's deletion.
   *
   * @default - see TeardownOptions
   */
  readonly teardown?: TeardownOptions;
}
