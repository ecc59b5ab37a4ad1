import {
  Aws, aws_glue as glue, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, Fn, Names, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { EventColumn, validateEventColumns } from './event-column';
import { grantLakeFormation } from './lake-formation';
import { deltaTableInput, TableName } from './tables';
import { STORAGE_PREFIXES } from '../contract/generated';
import { securedBucket } from '../private/secured-bucket';
import { InvalidPropertyError, requireMatch } from '../private/validate';

/** Glue takes more, but every query would have to quote it. */
const DATABASE_NAME = /^[a-z0-9_]{1,255}$/;

const NAME_FORMAT = { maxLength: 119, separator: '_', allowedSpecialCharacters: '_' };

/**
 * Options of the buckets and the catalog.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   storage: {
 *     lakehouseBucket: s3.Bucket.fromBucketName(this, 'Lake', 'my-lake'),
 *     databaseName: 'clickstream',
 *   },
 * });
 */
export interface StorageOptions {
  /**
   * An existing bucket for the raw table.
   *
   * @default - a bucket is created
   */
  readonly rawBucket?: s3.IBucket;

  /**
   * An existing bucket for events, bad events and the job's checkpoints.
   *
   * @default - a bucket is created
   */
  readonly lakehouseBucket?: s3.IBucket;

  /**
   * Name of the catalog database, in lower-case letters, digits and underscores.
   *
   * @default - derived from the construct's path and the stack's id, so that it never meets a database that an earlier
   * stack has left
   */
  readonly databaseName?: string;

  /**
   * An existing catalog database for the tables `raw`, `events` and `bad_events`. A database whose name only is known
   * comes from `glue.CfnDatabase.fromDatabaseName()`.
   *
   * @default - a database is created
   */
  readonly database?: glue.IDatabaseRef;

  /**
   * Lets Lake Formation, too, allow what `grantQuery` and `grantReadTables` do. Set it if Lake Formation governs the
   * account's catalog, because IAM alone allows nothing there. See docs/existing-resources.md.
   *
   * @default false
   */
  readonly lakeFormation?: boolean;

  /**
   * Writes the access logs of the created buckets, that of the query results included, to a bucket of their own, where
   * they are kept for 90 days.
   *
   * @default true
   */
  readonly accessLogs?: boolean;
}

/** Buckets, and a catalog database with the three Delta tables. */
export interface ILakehouseStorage extends IConstruct {
  /** Holds the raw table. */
  readonly rawBucket: s3.IBucket;
  /** Holds events, bad events and checkpoints. */
  readonly lakehouseBucket: s3.IBucket;
  readonly databaseName: string;
  /** Locations of the tables and of the job's checkpoints, with a trailing slash. */
  readonly rawUri: string;
  readonly eventsUri: string;
  readonly badEventsUri: string;
  readonly checkpointUri: string;
  /** Access logs of every bucket that is created; undefined when they are switched off. */
  readonly accessLogsBucket?: s3.IBucket;
  /** Keys that older objects are encrypted with. */
  readonly previousEncryptionKeys: kms.IKey[];
  /** Lets the grantee read the three tables: their catalog entries and their files. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
}

export interface LakehouseStorageProps extends StorageOptions {
  /** Key that encrypts the created buckets; S3's own when left out. */
  readonly encryptionKey?: kms.IKey;
  readonly previousEncryptionKeys?: kms.IKey[];
  /** Of buckets, database and tables; RETAIN when left out. DESTROY empties the created buckets. */
  readonly removalPolicy?: RemovalPolicy;
  /** Columns of the events table besides those of the contract. */
  readonly eventColumns?: { [name: string]: EventColumn };
}

/** Creates buckets, database and tables. An existing bucket or database is used as it is. */
export class LakehouseStorage extends Construct implements ILakehouseStorage {
  public readonly rawBucket: s3.IBucket;
  public readonly lakehouseBucket: s3.IBucket;
  public readonly accessLogsBucket?: s3.IBucket;
  /** Created buckets that are deleted with the stack, and must be empty then. */
  public readonly bucketsToEmpty: s3.IBucket[];
  public readonly databaseName: string;
  public readonly rawTableName = 'raw';
  public readonly eventsTableName = 'events';
  public readonly badEventsTableName = 'bad_events';
  public readonly rawUri: string;
  public readonly eventsUri: string;
  public readonly badEventsUri: string;
  public readonly checkpointUri: string;
  public readonly previousEncryptionKeys: kms.IKey[];

  private readonly removalPolicy: RemovalPolicy;
  private readonly tables: glue.CfnTable[];
  private readonly lakeFormation: boolean;

  constructor(scope: Construct, id: string, props: LakehouseStorageProps = {}) {
    super(scope, id);
    requireMatch('storage.databaseName', props.databaseName, DATABASE_NAME,
      'of lower-case letters, digits and underscores');
    if (props.database && props.databaseName) {
      throw new InvalidPropertyError('storage.database cannot be combined with storage.databaseName, which an existing '
        + 'database has already: take one of them');
    }
    validateEventColumns(props.eventColumns);
    this.lakeFormation = props.lakeFormation ?? false;
    this.previousEncryptionKeys = props.previousEncryptionKeys ?? [];
    this.removalPolicy = appliedPolicy(props.removalPolicy ?? RemovalPolicy.RETAIN);

    const logs = props.accessLogs ?? true ? this.createAccessLogsBucket() : undefined;
    this.accessLogsBucket = logs;
    const bucket = (bucketId: string, prefix: string) => securedBucket(this, bucketId, {
      encryptionKey: props.encryptionKey,
      removalPolicy: this.removalPolicy,
      accessLogs: logs && { bucket: logs, prefix },
    });
    this.rawBucket = props.rawBucket ?? bucket('RawBucket', 'raw');
    this.lakehouseBucket = props.lakehouseBucket ?? bucket('LakehouseBucket', 'lakehouse');

    this.bucketsToEmpty = this.removalPolicy !== RemovalPolicy.DESTROY ? [] : [
      ...(logs ? [logs] : []),
      ...(props.rawBucket ? [] : [this.rawBucket]),
      ...(props.lakehouseBucket ? [] : [this.lakehouseBucket]),
    ];

    this.rawUri = this.rawBucket.s3UrlForObject(`${STORAGE_PREFIXES.raw}/`);
    this.eventsUri = this.lakehouseBucket.s3UrlForObject(`${STORAGE_PREFIXES.events}/`);
    this.badEventsUri = this.lakehouseBucket.s3UrlForObject(`${STORAGE_PREFIXES.bad_events}/`);
    this.checkpointUri = this.lakehouseBucket.s3UrlForObject(`${STORAGE_PREFIXES.checkpoints}/`);

    this.databaseName = props.database?.databaseRef.databaseName ?? this.createDatabase(props.databaseName).ref;
    this.tables = [
      this.createTable('RawTable', 'raw', this.rawUri),
      this.createTable('EventsTable', 'events', this.eventsUri, props.eventColumns),
      this.createTable('BadEventsTable', 'bad_events', this.badEventsUri),
    ];
  }

  public grantRead(grantee: iam.IGrantable): iam.Grant {
    const stack = Stack.of(this);
    const catalog = (resource: string, resourceName?: string) =>
      stack.formatArn({ service: 'glue', resource, resourceName });
    const tables = [this.rawTableName, this.eventsTableName, this.badEventsTableName];
    const grant = iam.Grant.addToPrincipal({
      grantee,
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartition', 'glue:GetPartitions'],
      resourceArns: [
        catalog('catalog'), catalog('database', this.databaseName),
        ...tables.map(table => catalog('table', `${this.databaseName}/${table}`)),
      ],
    });
    return [
      this.rawBucket.grantRead(grantee, `${STORAGE_PREFIXES.raw}/*`),
      this.lakehouseBucket.grantRead(grantee, `${STORAGE_PREFIXES.events}/*`),
      this.lakehouseBucket.grantRead(grantee, `${STORAGE_PREFIXES.bad_events}/*`),
      ...this.previousEncryptionKeys.map(key => key.grantDecrypt(grantee)),
      ...(this.lakeFormation ? [grantLakeFormation(this, this.databaseName, this.tables, grantee)] : []),
    ].reduce((all, one) => all.combine(one), grant);
  }

  /** Encrypted with S3's own key, because log delivery cannot use another. */
  private createAccessLogsBucket(): s3.Bucket {
    return securedBucket(this, 'AccessLogsBucket', {
      removalPolicy: this.removalPolicy, expiration: Duration.days(90),
    });
  }

  private createDatabase(name?: string): glue.CfnDatabase {
    const databaseName = name ?? this.generatedName();
    const database = new glue.CfnDatabase(this, 'Database', {
      catalogId: Stack.of(this).account,
      databaseName, // by the input's name alone, CloudFormation would try to rename the database
      databaseInput: { name: databaseName, description: 'Clickstream lakehouse' },
    });
    database.applyRemovalPolicy(this.removalPolicy);
    return database;
  }

  /** CloudFormation would make a name with hyphens, which every query would have to quote. */
  private generatedName(): string {
    const stackGuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
    return `${Names.uniqueResourceName(this, NAME_FORMAT).toLowerCase()}_${Fn.select(0, Fn.split('-', stackGuid))}`;
  }

  private createTable(
    id: string, name: TableName, location: string, added?: { [name: string]: EventColumn },
  ): glue.CfnTable {
    const table = new glue.CfnTable(this, id, {
      catalogId: Stack.of(this).account,
      databaseName: this.databaseName,
      tableInput: deltaTableInput(name, location, added),
    });
    table.applyRemovalPolicy(this.removalPolicy);
    return table;
  }
}

/**
 * What is retained is still deleted when the stack's creation fails: the next attempt would find its names taken.
 * Neither buckets nor catalogs have snapshots, so CloudFormation would refuse that policy when it deploys.
 */
function appliedPolicy(policy: RemovalPolicy): RemovalPolicy {
  const { RETAIN, RETAIN_ON_UPDATE_OR_DELETE, DESTROY } = RemovalPolicy;
  if (policy === DESTROY) return DESTROY;
  if (policy === RETAIN || policy === RETAIN_ON_UPDATE_OR_DELETE) return RETAIN_ON_UPDATE_OR_DELETE;
  throw new InvalidPropertyError(
    `removalPolicy must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got '${policy}'`);
}
