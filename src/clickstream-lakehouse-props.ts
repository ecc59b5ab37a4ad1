import { aws_ec2 as ec2, aws_kms as kms, aws_logs as logs, RemovalPolicy } from 'aws-cdk-lib';
import { CollectorOptions } from './collector/collector-options';
import { PrivacyOptions } from './collector/privacy-options';
import { Compliance } from './compliance';
import { MonitoringOptions } from './monitoring/lakehouse-monitoring';
import { LakehouseNetwork } from './network/lakehouse-network';
import { ProcessingOptions } from './processing/processing-options';
import { QueryOptions } from './query/athena-query';
import { StorageOptions } from './storage/lakehouse-storage';
import { StreamOptions } from './stream/event-stream';
import { TeardownOptions } from './teardown/teardown';

/**
 * Properties of ClickstreamLakehouse.
 *
 * To use a resource you already have, pass its aws-cdk-lib interface (`IVpc`, `ISecurityGroup`, `IKey`, `IStream`,
 * `IBucket`, `ILogGroup`, `IDatabaseRef`, `ISecret`, `ICertificate`, `IHostedZone`) in the property named after it.
 * Without it, the construct creates the resource or does without. The one resource without such an interface is a web
 * ACL: use `CollectorWebAcl.fromWebAclArn()`. See docs/existing-resources.md.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   vpc: ec2.Vpc.fromLookup(this, 'Vpc', { vpcName: 'main' }),
 *   encryptionKey: new kms.Key(this, 'Key', { enableKeyRotation: true }),
 *   logRetention: logs.RetentionDays.THREE_MONTHS,
 * });
 */
export interface ClickstreamLakehouseProps {
  /**
   * An existing VPC for the streaming job. It needs a private subnet that reaches S3, Kinesis and CloudWatch,
   * and Secrets Manager with `processing.pseudonymKeySecret`.
   *
   * @default - see `network`
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Selects the subnet of `vpc` that the job uses. Only the first one is used, as a Glue connection has one subnet.
   *
   * @default - the first private subnet with egress, or else the first isolated subnet
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * An existing security group of `vpc` for the job's workers, to which no rule is added. It lets its members reach
   * each other on all TCP ports, which Glue asks for, and HTTPS out.
   *
   * @default - a security group is created
   */
  readonly securityGroup?: ec2.ISecurityGroup;

  /**
   * Network of the streaming job, when it does not run in an existing `vpc`.
   *
   * @default LakehouseNetwork.isolated()
   */
  readonly network?: LakehouseNetwork;

  /**
   * Key that encrypts the stream, the buckets, the logs and the query results.
   *
   * @default - keys that AWS owns or manages
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Keys that `encryptionKey` has replaced. Objects keep the key they were written with, so the job and everyone who
   * may read the tables keep the right to decrypt with these.
   *
   * @default - no key was replaced
   */
  readonly previousEncryptionKeys?: kms.IKey[];

  /**
   * Whether buckets, database and tables are kept when the stack is deleted. Only a failed first deployment deletes
   * them all the same. DESTROY empties the buckets. SNAPSHOT is refused, because neither buckets nor tables have
   * snapshots.
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
   * An existing log group of the class STANDARD for the logs of all functions, the collector's access log and the flow
   * log. Glue names the two log groups of the job itself, so these are created in any case.
   *
   * @default - log groups are created, one for each function
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * Set of security rules that the resources follow.
   *
   * @default Compliance.STANDARD
   */
  readonly compliance?: Compliance;

  /**
   * Options of the collector, the HTTP endpoint that trackers send to.
   *
   * @default - see CollectorOptions
   */
  readonly collector?: CollectorOptions;

  /**
   * Options of the stream between collector and job.
   *
   * @default - see StreamOptions
   */
  readonly stream?: StreamOptions;

  /**
   * Options of the streaming job.
   *
   * @default - see ProcessingOptions
   */
  readonly processing?: ProcessingOptions;

  /**
   * Options of the buckets and the catalog.
   *
   * @default - see StorageOptions
   */
  readonly storage?: StorageOptions;

  /**
   * IP-address and consent handling.
   *
   * @default - see PrivacyOptions
   */
  readonly privacy?: PrivacyOptions;

  /**
   * Options of the Athena workgroup.
   *
   * @default - see QueryOptions
   */
  readonly query?: QueryOptions;

  /**
   * Options of the alarms and the dashboard.
   *
   * @default - see MonitoringOptions
   */
  readonly monitoring?: MonitoringOptions;

  /**
   * Options of the stack's deletion.
   *
   * @default - see TeardownOptions
   */
  readonly teardown?: TeardownOptions;
}
