import {
  aws_athena as athena, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, Names, RemovalPolicy, Size, Stack,
  Token, TokenComparison,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { SAVED_QUERIES } from './named-queries';
import { securedBucket } from '../private/secured-bucket';
import { InvalidPropertyError, requireDurationBetween } from '../private/validate';
import { ILakehouseStorage } from '../storage/lakehouse-storage';

/**
 * Options of the Athena workgroup.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   query: { resultRetention: Duration.days(1), scanLimit: Size.gibibytes(10) },
 * });
 */
export interface QueryOptions {
  /**
   * How long query results are kept. They hold personal data when the tables do.
   *
   * @default Duration.days(7)
   */
  readonly resultRetention?: Duration;

  /**
   * Limit, at least 10 MB, beyond which a query is cancelled.
   *
   * @default Size.gibibytes(100)
   */
  readonly scanLimit?: Size;
}

export interface AthenaQueryProps extends QueryOptions {
  readonly storage: ILakehouseStorage;
  /** Key that encrypts the results; S3's own when left out. */
  readonly encryptionKey?: kms.IKey;
}

/** The lowest limit that Athena accepts. */
const MIN_SCAN_BYTES = 10_000_000;

/** Creates an Athena workgroup with its results bucket and saved queries. */
export class AthenaQuery extends Construct {
  public readonly workGroup: athena.CfnWorkGroup;
  public readonly workGroupName: string;
  /** Keeps query results for as long as `resultRetention` says. */
  public readonly resultsBucket: s3.IBucket;

  private readonly storage: ILakehouseStorage;

  constructor(scope: Construct, id: string, props: AthenaQueryProps) {
    super(scope, id);
    requireDurationBetween('query.resultRetention', props.resultRetention, Duration.days(1), Duration.days(3650));
    const scanLimit = props.scanLimit ?? Size.gibibytes(100);
    if (!scanLimit.isUnresolved() && scanLimit.toBytes() < MIN_SCAN_BYTES) {
      throw new InvalidPropertyError(`query.scanLimit must be at least 10 MB, got ${scanLimit.toBytes()} bytes`);
    }
    this.storage = props.storage;
    this.resultsBucket = securedBucket(this, 'ResultsBucket', {
      encryptionKey: props.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY, // a query can be run again
      expiration: props.resultRetention ?? Duration.days(7),
      accessLogs: props.storage.accessLogsBucket && { bucket: props.storage.accessLogsBucket, prefix: 'results' },
    });
    this.workGroup = this.createWorkGroup(props, scanLimit);
    this.workGroupName = this.workGroup.ref;
    this.createSavedQueries();
  }

  /** Lets the grantee query the three tables in this workgroup and read the results. */
  public grantQuery(grantee: iam.IGrantable): iam.Grant {
    requireOwnAccount(this, grantee.grantPrincipal.principalAccount);
    const workGroup = Stack.of(this).formatArn({
      service: 'athena', resource: 'workgroup', resourceName: this.workGroupName,
    });
    const grant = iam.Grant.addToPrincipal({
      grantee,
      actions: [
        'athena:BatchGetNamedQuery', 'athena:BatchGetQueryExecution', 'athena:GetNamedQuery',
        'athena:GetQueryExecution', 'athena:GetQueryResults', 'athena:GetQueryResultsStream', 'athena:GetWorkGroup',
        'athena:ListNamedQueries', 'athena:ListQueryExecutions', 'athena:StartQueryExecution',
        'athena:StopQueryExecution',
      ],
      resourceArns: [workGroup],
    });
    return grant.combine(this.resultsBucket.grantReadWrite(grantee)).combine(this.storage.grantRead(grantee));
  }

  private createWorkGroup({ encryptionKey }: AthenaQueryProps, scanLimit: Size): athena.CfnWorkGroup {
    const workGroup = new athena.CfnWorkGroup(this, 'WorkGroup', {
      name: Names.uniqueResourceName(this, { maxLength: 128, separator: '-' }), // CloudFormation makes no name for it
      description: 'Clickstream lakehouse',
      recursiveDeleteOption: true, // else it cannot be deleted once a query has run
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: scanLimit.toBytes(),
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: this.resultsBucket.s3UrlForObject('results/'),
          encryptionConfiguration: encryptionKey
            ? { encryptionOption: 'SSE_KMS', kmsKey: encryptionKey.keyArn }
            : { encryptionOption: 'SSE_S3' },
        },
      },
    });
    workGroup.applyRemovalPolicy(RemovalPolicy.DESTROY);
    // On the whole construct: the bucket's policy is part of it.
    workGroup.node.addDependency(this.resultsBucket);
    return workGroup;
  }

  private createSavedQueries(): void {
    for (const { name, description, sql } of SAVED_QUERIES) {
      const query = new athena.CfnNamedQuery(this, `Query-${name}`, {
        name, description, queryString: sql, database: this.storage.databaseName, workGroup: this.workGroupName,
      });
      query.applyRemovalPolicy(RemovalPolicy.DESTROY);
    }
  }
}

/** A workgroup has no policy of its own that could let in another account. */
function requireOwnAccount(scope: Construct, account?: string): void {
  if (!account || Token.compareStrings(account, Stack.of(scope).account) !== TokenComparison.DIFFERENT) return;
  throw new InvalidPropertyError(
    `grantQuery needs a principal of this account, got one of ${account}: take grantReadTables, and query in a `
    + 'workgroup of that account');
}
