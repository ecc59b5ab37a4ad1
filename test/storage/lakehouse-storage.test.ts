import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { TABLES } from '../../src/contract/generated';
import { STACK_TAG } from '../../src/contract/tags';
import { ColumnType, EventColumn } from '../../src/storage/event-column';
import { LakehouseStorage, LakehouseStorageProps } from '../../src/storage/lakehouse-storage';
import { rendered, statementsByRole } from '../support/iam-statements';
import { testStack } from '../support/stack';
import { CloudFormationTemplate } from '../support/template-graph';

function build(props: LakehouseStorageProps | ((stack: Stack) => LakehouseStorageProps) = {}) {
  const stack = testStack();
  const storage = new LakehouseStorage(stack, 'Storage', typeof props === 'function' ? props(stack) : props);
  return { stack, storage };
}

const templateOf = (props?: Parameters<typeof build>[0]) => Template.fromStack(build(props).stack);
const template = templateOf();
const properties = (type: string) => Object.values(template.findResources(type)).map(resource => resource.Properties);

test('buckets are private, encrypted, unversioned, and drop what was never finished', () => {
  const buckets = properties('AWS::S3::Bucket');
  expect(buckets).toHaveLength(3);
  for (const bucket of buckets) {
    expect(bucket).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: {
        Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, Status: 'Enabled' }],
      },
    });
    expect(bucket).not.toHaveProperty('VersioningConfiguration');
    expect(bucket).not.toHaveProperty('BucketName');
  }
});

test('every bucket refuses plain HTTP and old TLS', () => {
  const policies = properties('AWS::S3::BucketPolicy');
  expect(policies).toHaveLength(3);
  for (const { PolicyDocument } of policies) {
    const denied = PolicyDocument.Statement.filter((statement: { Effect: string }) => statement.Effect === 'Deny');
    expect(denied.map((statement: { Condition: unknown }) => statement.Condition)).toEqual([
      { Bool: { 'aws:SecureTransport': 'false' } }, { NumericLessThan: { 's3:TlsVersion': 1.2 } },
    ]);
  }
});

test('access logs go to a bucket of their own, which lets nobody else write', () => {
  template.resourcePropertiesCountIs('AWS::S3::Bucket', { LoggingConfiguration: Match.anyValue() }, 2);
  template.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 's3:PutObject',
          Principal: { Service: 'logging.s3.amazonaws.com' },
          Condition: {
            ArnEquals: { 'aws:SourceArn': Match.anyValue() },
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          },
        }),
      ]),
    },
  });
  templateOf({ accessLogs: false }).resourceCountIs('AWS::S3::Bucket', 2);
});

test('the key encrypts the data buckets; log delivery cannot use it', () => {
  const withKey = templateOf(stack => ({ encryptionKey: new kms.Key(stack, 'Key') }));
  withKey.resourcePropertiesCountIs(
    'AWS::S3::Bucket',
    {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
        ],
      },
    },
    2,
  );
});

describe.each(Object.entries(TABLES))('the catalog table %s', (name, contract) => {
  const [table] = properties('AWS::Glue::Table').filter(({ TableInput }) => TableInput.Name === name);

  test('has the columns of the contract, in order', () => {
    expect(
      table.TableInput.StorageDescriptor.Columns.map(({ Name, Type }: { Name: string; Type: string }) => [Name, Type]),
    ).toEqual(contract.columns.map(column => [column.name, column.type]));
  });

  test('is a Delta table whose path is its location', () => {
    expect(table.TableInput).toMatchObject({
      TableType: 'EXTERNAL_TABLE',
      Parameters: {
        'EXTERNAL': 'TRUE',
        'classification': 'delta',
        'table_type': 'DELTA',
        'spark.sql.sources.provider': 'delta',
      },
    });
    const { Location, SerdeInfo } = table.TableInput.StorageDescriptor;
    expect(SerdeInfo.Parameters.path).toEqual(Location);
    expect(rendered(Location)).toMatch(new RegExp(`^s3://\\$\\{Storage(Raw|Lakehouse)Bucket\\}/${name}/$`));
  });

  test('has comments that the catalog takes', () => {
    for (const { Comment } of table.TableInput.StorageDescriptor.Columns) {
      expect(Comment.length).toBeLessThanOrEqual(255);
    }
  });
});

test('columns of your own come after those of the contract, in the events table only', () => {
  const eventColumns = {
    cart_value: EventColumn.fromProperty('cart.value', ColumnType.DOUBLE),
    plan: EventColumn.fromTrait('plan', ColumnType.STRING),
    os: EventColumn.fromContext('os.name', ColumnType.STRING),
    tier: EventColumn.fromTransform(ColumnType.BIGINT),
  };
  const tables = Object.values(templateOf({ eventColumns }).findResources('AWS::Glue::Table'))
    .map(({ Properties: { TableInput } }) => TableInput);
  const columnsOf = (name: string) => tables.find(({ Name }) => Name === name).StorageDescriptor.Columns;
  expect(columnsOf('events').slice(TABLES.events.columns.length)).toEqual([
    { Name: 'cart_value', Type: 'double', Comment: 'Property cart.value.' },
    { Name: 'plan', Type: 'string', Comment: 'Trait plan.' },
    { Name: 'os', Type: 'string', Comment: 'Context os.name.' },
    { Name: 'tier', Type: 'bigint', Comment: 'Filled by the transform.' },
  ]);
  expect(columnsOf('raw')).toHaveLength(TABLES.raw.columns.length);
  expect(columnsOf('bad_events')).toHaveLength(TABLES.bad_events.columns.length);
});

test.each([
  ['event_id', "processing.columns has 'event_id', which is a column of events already: take another name"],
  ['Event_Id', "begin with a letter, got 'Event_Id'"],
  ['my-column', "begin with a letter, got 'my-column'"],
  ['7th', "begin with a letter, got '7th'"],
  ['a'.repeat(256), "begin with a letter, got 'aaa"],
])('refuses the column name %s', (name, message) => {
  const eventColumns = { [name]: EventColumn.fromTransform(ColumnType.STRING) };
  expect(() => build({ eventColumns })).toThrow(message);
});

test.each(['', 'a..b', '.a'])('refuses the path %j of a column', path => {
  expect(() => EventColumn.fromProperty(path, ColumnType.STRING)).toThrow(`like cart.value, got '${path}'`);
});

test('the database name needs no quotes in SQL and is another in every stack', () => {
  const [{ DatabaseInput: { Name } }] = properties('AWS::Glue::Database');
  const firstHexDigitsOfStackId = 'Fn::Select(0, Fn::Split(-, Fn::Select(2, Fn::Split(/, ${StackId}))))';
  expect(rendered(Name)).toBe(`test_storage_063fecaf_${firstHexDigitsOfStackId}`);
  templateOf({ databaseName: 'clicks' }).hasResourceProperties('AWS::Glue::Database', {
    DatabaseInput: { Name: 'clicks' },
  });
});

test.each(['Clicks', 'my-clicks', ''])('refuses the database name %j', databaseName => {
  expect(() => build({ databaseName })).toThrow(
    `storage.databaseName must be of lower-case letters, digits and underscores, got '${databaseName}'`,
  );
});

test('uses existing buckets and changes nothing about them', () => {
  const { stack: existing, storage } = build(stack => ({
    rawBucket: s3.Bucket.fromBucketName(stack, 'Raw', 'my-raw'),
    lakehouseBucket: s3.Bucket.fromBucketName(stack, 'Lake', 'my-lake'),
  }));
  // the bucket for the access logs of the query results
  Template.fromStack(existing).resourceCountIs('AWS::S3::Bucket', 1);
  Template.fromStack(existing).resourceCountIs('AWS::S3::BucketPolicy', 1);
  expect([storage.rawUri, storage.eventsUri, storage.badEventsUri, storage.checkpointUri])
    .toEqual(['s3://my-raw/raw/', 's3://my-lake/events/', 's3://my-lake/bad_events/', 's3://my-lake/checkpoints/']);
});

test('a reader sees catalog and files of the three tables, and not the checkpoints', () => {
  const { stack, storage } = build();
  storage.grantRead(new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() }));
  const { Reader } = statementsByRole(Template.fromStack(stack).toJSON() as CloudFormationTemplate);
  const [catalog, ...files] = Reader;
  const [actions, resources] = catalog.split(' on ');
  expect(actions).toBe('glue:GetDatabase glue:GetTable glue:GetTables glue:GetPartition glue:GetPartitions');
  expect(resources).toMatch(/^.*:catalog .*:database\/.* .*\/raw .*\/events .*\/bad_events$/);
  expect(files).toEqual([
    's3:GetObject* s3:GetBucket* s3:List* on ${StorageRawBucket.Arn} ${StorageRawBucket.Arn}/raw/*',
    's3:GetObject* s3:GetBucket* s3:List* on ${StorageLakehouseBucket.Arn} ${StorageLakehouseBucket.Arn}/events/*',
    's3:GetObject* s3:GetBucket* s3:List* on ${StorageLakehouseBucket.Arn} ${StorageLakehouseBucket.Arn}/bad_events/*',
  ]);
});

test('with DESTROY every created bucket is to be emptied, and says by a tag that it may be', () => {
  const { storage, stack } = build({ removalPolicy: RemovalPolicy.DESTROY });
  expect(storage.bucketsToEmpty).toEqual([storage.accessLogsBucket, storage.rawBucket, storage.lakehouseBucket]);
  Template.fromStack(stack).resourcePropertiesCountIs('AWS::S3::Bucket', {
    Tags: [{ Key: STACK_TAG, Value: { Ref: 'AWS::StackId' } }],
  }, 3);
});

test('a bucket that stays, or was there before, is not emptied', () => {
  expect(build().storage.bucketsToEmpty).toEqual([]);
  const given = build(stack => ({
    removalPolicy: RemovalPolicy.DESTROY,
    rawBucket: s3.Bucket.fromBucketName(stack, 'Raw', 'raw'),
    lakehouseBucket: s3.Bucket.fromBucketName(stack, 'Lake', 'lake'),
  }));
  expect(given.storage.bucketsToEmpty).toEqual([given.storage.accessLogsBucket]);
});

test('SNAPSHOT is refused, because neither buckets nor tables have snapshots', () => {
  expect(() => build({ removalPolicy: RemovalPolicy.SNAPSHOT })).toThrow(
    "removalPolicy must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got 'snapshot'",
  );
});

test.each([undefined, RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE])(
  'with %s the data stay, but not after a first deployment that fails', removalPolicy => {
    const kept = templateOf({ removalPolicy });
    const types = ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::Glue::Database', 'AWS::Glue::Table'];
    for (const type of types) {
      kept.allResources(type, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    }
  });
