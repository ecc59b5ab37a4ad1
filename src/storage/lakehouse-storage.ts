import { aws_glue as glue, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { deltaTableInput, TableName } from './tables';
import { securedBucket } from '../private/secured-bucket';
import { requireMatch } from '../private/validate';

/** Options of buckets and catalog. */
export interface StorageOptions {
  /**
   * Existing bucket for the raw table.
   *
   * @default - a bucket is created
   */
  readonly rawBucket?: s3.IBucket;

  /**
   * Existing bucket for events, bad events and the job's checkpoints.
   *
   * @default - a bucket is created
   */
  readonly lakehouseBucket?: s3.IBucket;

  /**
   * Name of the catalog database: lower-case letters, digits and underscores.
   *
   * @default - derived from the construct's path
   */
  readonly databaseName?: string;

  /**
   * Writes the access logs of the created buckets to a bucket of their own, kept 90 days.
   *
   * @default true
   */
  readonly accessLogs?: boolean;
}

/** Properties of LakehouseStorage. */
export interface LakehouseStorageProps extends StorageOptions {
  /**
   * Key that encrypts the created buckets.
   *
   * @default - S3's own keys
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * What becomes of buckets, database and tables when the stack is deleted. DESTROY empties the created buckets.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Buckets, and a catalog database with the three Delta tables. */
export class LakehouseStorage extends Construct {
  /** Holds the raw table. */
  public readonly rawBucket: s3.IBucket;
  /** Holds events, bad events and checkpoints. */
  public readonly lakehouseBucket: s3.IBucket;
  /** Access logs of the created buckets. */
  public readonly accessLogsBucket?: s3.IBucket;
  /** Catalog database. */
  public readonly databaseName: string;
  /** Every record as it was read from the stream. */
  public readonly rawTableName: string;
  /** One row per event. */
  public readonly eventsTableName: string;
  /** What could not become an event. */
  public readonly badEventsTableName: string;
  /** Location of the raw table, with a trailing slash. */
  public readonly rawUri: string;
  /** Location of the events table, with a trailing slash. */
  public readonly eventsUri: string;
  /** Location of the bad events table, with a trailing slash. */
  public readonly badEventsUri: string;
  /** Location of the job's checkpoints, with a trailing slash. */
  public readonly checkpointUri: string;

  private readonly removalPolicy: RemovalPolicy;

  /**
   * @param scope parent construct
   * @param id construct id
   * @param props see LakehouseStorageProps
   */
  constructor(scope: Construct, id: string, props: LakehouseStorageProps = {}) {
    super(scope, id);
    requireMatch('storage.databaseName', props.databaseName, /^[a-z0-9_]{1,255}$/, 'of lower-case letters, digits and underscores');
    this.removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;

    const creates = !props.rawBucket || !props.lakehouseBucket;
    const logs = creates && (props.accessLogs ?? true) ? this.createAccessLogsBucket() : undefined;
    this.accessLogsBucket = logs;
    const bucket = (bucketId: string, prefix: string) => securedBucket(this, bucketId, {
      encryptionKey: props.encryptionKey,
      removalPolicy: this.removalPolicy,
      accessLogs: logs && { bucket: logs, prefix },
    });
    this.rawBucket = props.rawBucket ?? bucket('RawBucket', 'raw');
    this.lakehouseBucket = props.lakehouseBucket ?? bucket('LakehouseBucket', 'lakehouse');

    this.rawUri = this.rawBucket.s3UrlForObject('raw/');
    this.eventsUri = this.lakehouseBucket.s3UrlForObject('events/');
    this.badEventsUri = this.lakehouseBucket.s3UrlForObject('bad_events/');
    this.checkpointUri = this.lakehouseBucket.s3UrlForObject('checkpoints/');

    const database = this.createDatabase(props.databaseName);
    this.databaseName = database.ref;
    this.rawTableName = this.createTable('RawTable', 'raw', this.rawUri);
    this.eventsTableName = this.createTable('EventsTable', 'events', this.eventsUri);
    this.badEventsTableName = this.createTable('BadEventsTable', 'bad_events', this.badEventsUri);
  }

  /**
   * Lets the grantee read the three tables, their catalog entries and their files.
   *
   * @param grantee who reads
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    const stack = Stack.of(this);
    const catalog = (resource: string, resourceName?: string) => stack.formatArn({ service: 'glue', resource, resourceName });
    const tables = [this.rawTableName, this.eventsTableName, this.badEventsTableName];
    const grant = iam.Grant.addToPrincipal({
      grantee,
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartition', 'glue:GetPartitions'],
      resourceArns: [
        catalog('catalog'), catalog('database', this.databaseName),
        ...tables.map(table => catalog('table', `${this.databaseName}/${table}`)),
      ],
    });
    return grant
      .combine(this.rawBucket.grantRead(grantee, 'raw/*'))
      .combine(this.lakehouseBucket.grantRead(grantee, 'events/*'))
      .combine(this.lakehouseBucket.grantRead(grantee, 'bad_events/*'));
  }

  /** With S3's own keys: log delivery cannot use another. */
  private createAccessLogsBucket(): s3.Bucket {
    return securedBucket(this, 'AccessLogsBucket', { removalPolicy: this.removalPolicy, expiration: Duration.days(90) });
  }

  private createDatabase(name?: string): glue.CfnDatabase {
    const database = new glue.CfnDatabase(this, 'Database', {
      catalogId: Stack.of(this).account,
      databaseInput: {
        // Without a name CloudFormation makes one with hyphens, which every query would have to quote.
        name: name ?? Names.uniqueResourceName(this, { maxLength: 128, separator: '_', allowedSpecialCharacters: '_' }).toLowerCase(),
        description: 'Clickstream lakehouse',
      },
    });
    database.applyRemovalPolicy(this.removalPolicy);
    return database;
  }

  private createTable(id: string, name: TableName, location: string): string {
    const table = new glue.CfnTable(this, id, {
      catalogId: Stack.of(this).account,
      databaseName: this.databaseName,
      tableInput: deltaTableInput(name, location),
    });
    table.applyRemovalPolicy(this.removalPolicy);
    return name;
  }
}
