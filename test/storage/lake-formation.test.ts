import { App, aws_glue as glue, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ClickstreamLakehouse, LakehouseNetwork } from '../../src';
import { statementsByRole } from '../support/iam-statements';
import { only, synthesize } from '../support/lakehouse';
import { testStack } from '../support/stack';

const PERMISSIONS = 'AWS::LakeFormation::PrincipalPermissions';
const NO_VPC = { network: LakehouseNetwork.none() };
const roleIn = (stack: Stack, id = 'Reader') => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });

const governed = (grant: (lakehouse: ClickstreamLakehouse, stack: Stack) => void) =>
  synthesize({ ...NO_VPC, storage: { lakeFormation: true } }, grant);

test('by default grants are of IAM alone', () => {
  const { graph, json } = synthesize(NO_VPC, (lakehouse, stack) => lakehouse.grantQuery(roleIn(stack)));
  expect(graph.find(PERMISSIONS)).toEqual([]);
  expect(JSON.stringify(json)).not.toContain('lakeformation:');
});

describe('with Lake Formation', () => {
  const synthesized = governed((lakehouse, stack) => lakehouse.grantReadTables(roleIn(stack)));
  const { graph, json } = synthesized;

  test('a reader may describe the database, and describe and select the three tables', () => {
    const granted = graph.find(PERMISSIONS).map(id => json.Resources[id].Properties as Record<string, any>);
    const database = { CatalogId: { Ref: 'AWS::AccountId' } };
    const databaseName = { Ref: graph.find('AWS::Glue::Database')[0] };
    expect(granted.map(({ Resource, Permissions }) => [Resource, Permissions])).toEqual([
      [{ Database: { ...database, Name: databaseName } }, ['DESCRIBE']],
      ...['raw', 'events', 'bad_events'].map(Name =>
        [{ Table: { ...database, DatabaseName: databaseName, Name } }, ['DESCRIBE', 'SELECT']]),
    ]);
    for (const { Principal, PermissionsWithGrantOption } of granted) {
      expect(Principal.DataLakePrincipalIdentifier).toEqual(
        { 'Fn::GetAtt': [expect.stringMatching(/^Reader/), 'Arn'] });
      expect(PermissionsWithGrantOption).toEqual([]);
    }
  });

  test('a reader may ask for access to the files', () =>
    expect(statementsByRole(json).Reader).toContain('lakeformation:GetDataAccess on *'));

  test('permissions are revoked before the tables and the role go', () => {
    for (const id of graph.find(PERMISSIONS)) {
      expect([...graph.before(id)]).toEqual(expect.arrayContaining([
        ...graph.find('AWS::Glue::Table'), ...graph.find('AWS::IAM::Role', /^Reader/),
      ]));
    }
    expect(graph.cyclic()).toEqual([]);
  });

  test('the job has none, as it never asks the catalog', () =>
    expect(statementsByRole(json).JobRole.join()).not.toContain('lakeformation'));
});

test('granting twice is granting once', () => {
  const { graph } = governed((lakehouse, stack) => {
    const role = roleIn(stack);
    lakehouse.grantQuery(role);
    lakehouse.grantReadTables(role);
    lakehouse.grantReadTables(roleIn(stack, 'Another'));
    lakehouse.grantReadTables(new iam.ArnPrincipal('arn:aws:iam::123456789012:role/third'));
    lakehouse.grantReadTables(new iam.ArnPrincipal('arn:aws:iam::123456789012:role/third'));
  });
  expect(graph.find(PERMISSIONS)).toHaveLength(3 * 4);
});

test('the permissions of a role are in its stack, which depends on the lakehouse', () => {
  const stack = testStack();
  const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', { ...NO_VPC, storage: { lakeFormation: true } });
  const readers = new Stack(stack.node.root as App, 'Readers');
  lakehouse.grantReadTables(roleIn(readers));
  Template.fromStack(stack).resourceCountIs(PERMISSIONS, 0);
  Template.fromStack(readers).resourceCountIs(PERMISSIONS, 4);
});

test('another account is granted to by its number', () => {
  const synthesized = governed(lakehouse => lakehouse.grantReadTables(new iam.AccountPrincipal('999999999999')));
  expect(only(synthesized, PERMISSIONS, /Database/).Principal).toEqual({ DataLakePrincipalIdentifier: '999999999999' });
});

test.each([
  [new iam.ServicePrincipal('quicksight.amazonaws.com'), 'ServicePrincipal(quicksight.amazonaws.com)'],
  [new iam.AnyPrincipal(), 'AnyPrincipal()'],
])('a principal that Lake Formation does not know is refused: %s', (principal, found) =>
  expect(() => governed(lakehouse => lakehouse.grantReadTables(principal))).toThrow(
    `storage.lakeFormation needs a role, a user or an account as the principal of a grant, got ${found}`));

describe('an existing database', () => {
  const synthesized = synthesize(stack => ({
    ...NO_VPC, storage: { database: glue.CfnDatabase.fromDatabaseName(stack, 'Own', 'analytics'), lakeFormation: true },
  }), (lakehouse, stack) => lakehouse.grantQuery(roleIn(stack)));
  const { graph, json } = synthesized;

  test('has the tables, and is not created', () => {
    expect(graph.find('AWS::Glue::Database')).toEqual([]);
    const tables = graph.find('AWS::Glue::Table').map(id => json.Resources[id].Properties as Record<string, any>);
    expect(tables.map(({ DatabaseName, TableInput }) => [DatabaseName, TableInput.Name]))
      .toEqual([['analytics', 'raw'], ['analytics', 'events'], ['analytics', 'bad_events']]);
  });

  test('is what queries, readers and permissions name', () => {
    expect(synthesized.lakehouse.databaseName).toBe('analytics');
    expect(only(synthesized, 'AWS::Athena::NamedQuery', /daily/).Database).toBe('analytics');
    expect(statementsByRole(json).Reader.join()).toContain(':database/analytics');
    expect(only(synthesized, PERMISSIONS, /Database/).Resource.Database.Name).toBe('analytics');
  });

  test('may be one of the same app', () => {
    const { graph: own } = synthesize(stack => ({
      ...NO_VPC,
      storage: { database: new glue.CfnDatabase(stack, 'Own', { catalogId: '1', databaseInput: {} }) },
    }));
    const [database] = own.find('AWS::Glue::Database');
    for (const table of own.find('AWS::Glue::Table')) expect([...own.before(table)]).toContain(database);
  });
});
