import { App, aws_iam as iam, aws_kms as kms, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ClickstreamLakehouse, LakehouseNetwork } from '../src';
import { testStack } from './support/stack';

const READER = 'arn:aws:iam::999999999999:role/analyst';

function lakehouseFor(grant: (lakehouse: ClickstreamLakehouse, reader: iam.IRole) => void): Template {
  const app = testStack().node.root as App;
  const stack = new Stack(app, 'Account', { env: { account: '123456789012', region: 'eu-west-1' } });
  const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', {
    network: LakehouseNetwork.none(), encryptionKey: new kms.Key(stack, 'Key'),
  });
  grant(lakehouse, iam.Role.fromRoleArn(stack, 'Reader', READER));
  return Template.fromStack(stack);
}

describe('a reader of another account', () => {
  const template = lakehouseFor((lakehouse, reader) => lakehouse.grantReadTables(reader));
  const byReader = Match.objectLike({ Effect: 'Allow', Principal: { AWS: READER } });

  test('is let in by the policies of both buckets, and to the folders of the tables only', () => {
    const statements = Object.values(template.findResources('AWS::S3::BucketPolicy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Principal }) => Principal.AWS === READER);
    const actions = ['s3:GetObject*', 's3:GetBucket*', 's3:List*'];
    expect(statements.map(({ Action }) => Action)).toEqual([actions, actions, actions]);
    const folders = statements.flatMap(({ Resource }) => JSON.stringify(Resource).match(/"\/[^"]*"/g));
    expect(folders).toEqual(['"/raw/*"', '"/events/*"', '"/bad_events/*"']);
  });

  test('may decrypt with the key, by its policy', () => {
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([byReader]) },
    });
  });

  test('has no policy here, which would be one for a role of the same name in this account', () => {
    const attached = Object.values(template.findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }) => Properties.Roles);
    expect(JSON.stringify(attached)).not.toContain('analyst');
  });
});

test('the workgroup is for principals of the account', () =>
  expect(() => lakehouseFor((lakehouse, reader) => lakehouse.grantQuery(reader))).toThrow(
    'grantQuery needs a principal of this account, got one of 999999999999: take grantReadTables, and query in a '
    + 'workgroup of that account'));
