import { aws_iam as iam, Duration, Size } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { QueryOptions } from '../../src';
import { TABLES } from '../../src/contract/generated';
import { AthenaQuery } from '../../src/query/athena-query';
import { SAVED_QUERIES } from '../../src/query/named-queries';
import { LakehouseStorage } from '../../src/storage/lakehouse-storage';
import { rendered, statementsByRole } from '../support/iam-statements';
import { testStack } from '../support/stack';
import { CloudFormationTemplate } from '../support/template-graph';

function build(options: QueryOptions = {}) {
  const stack = testStack();
  const storage = new LakehouseStorage(stack, 'Storage');
  return { stack, query: new AthenaQuery(stack, 'Query', { storage, ...options }) };
}

const template = Template.fromStack(build().stack);
const [workGroup] = Object.values(template.findResources('AWS::Athena::WorkGroup')).map(({ Properties }) => Properties);

test('the workgroup insists on its encrypted results, limits scans and can be deleted after use', () => {
  expect(workGroup).toMatchObject({
    RecursiveDeleteOption: true,
    WorkGroupConfiguration: {
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 107_374_182_400,
      EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
      ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
    },
  });
  const { OutputLocation } = workGroup.WorkGroupConfiguration.ResultConfiguration;
  expect(rendered(OutputLocation)).toBe('s3://${QueryResultsBucket}/results/');
});

test('results are deleted after a week, or when it is said', () => {
  const days = (options?: QueryOptions) => {
    const buckets = Template.fromStack(build(options).stack).findResources('AWS::S3::Bucket');
    return Object.entries(buckets)
      .filter(([id]) => id.includes('ResultsBucket'))
      .map(([, { Properties }]) => Properties.LifecycleConfiguration.Rules[0].ExpirationInDays);
  };
  expect(days()).toEqual([7]);
  expect(days({ resultRetention: Duration.days(30) })).toEqual([30]);
});

test('saved queries are in the workgroup and speak of tables of the contract only', () => {
  const saved = Object.values(template.findResources('AWS::Athena::NamedQuery')).map(({ Properties }) => Properties);
  expect(saved.map(({ Name }) => Name)).toEqual(SAVED_QUERIES.map(({ name }) => name));
  for (const { WorkGroup, Database, QueryString } of saved) {
    expect(WorkGroup).toEqual({ Ref: expect.stringMatching(/^QueryWorkGroup/) });
    expect(Database).toEqual({ Ref: expect.stringMatching(/^StorageDatabase/) });
    const named = [...QueryString.matchAll(/\bWITH (\w+) AS|\), (\w+) AS/g)]
      .flatMap(([, first, other]) => first ?? other);
    const tables = [...QueryString.matchAll(/\bFROM (\w+)/g)]
      .map(([, name]) => name)
      .filter(name => !named.includes(name));
    for (const table of tables) expect(Object.keys(TABLES)).toContain(table);
  }
});

test('every saved query reads a week of partitions', () => {
  for (const { sql } of SAVED_QUERIES) expect(sql).toContain("received_date >= date_add('day', -7, current_date)");
});

test('who may query may use the workgroup, its results and the tables', () => {
  const { stack, query } = build();
  query.grantQuery(new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() }));
  const { Analyst } = statementsByRole(Template.fromStack(stack).toJSON() as CloudFormationTemplate);
  expect(Analyst[0]).toMatch(/^athena:BatchGetNamedQuery .* athena:StopQueryExecution on arn:\$\{Partition\}:athena:/);
  expect(Analyst[0]).toMatch(/:athena:.*:workgroup\/\$\{QueryWorkGroup\}$/);
  expect(Analyst[1]).toMatch(/^s3:GetObject\* .* on \$\{QueryResultsBucket.Arn\} \$\{QueryResultsBucket.Arn\}\/\*$/);
  expect(Analyst[2]).toMatch(/^glue:GetDatabase /);
  expect(Analyst).toHaveLength(6);
});

test.each<[QueryOptions, string]>([
  [{ scanLimit: Size.mebibytes(1) }, 'query.scanLimit must be at least 10 MB, got 1048576 bytes'],
  [{ resultRetention: Duration.hours(1) }, 'query.resultRetention must be between 1 day and 3650 days, got 1 hour'],
])('refuses %j', (options, message) => expect(() => build(options)).toThrow(message));
