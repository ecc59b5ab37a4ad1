import { aws_iam as iam } from 'aws-cdk-lib';
import { violations } from './support/deletion-rules';
import { shortId } from './support/iam-statements';
import { synthesize } from './support/lakehouse';
import { findingId } from './support/nag';
import { inspectExample, synthesizeExample } from './support/synth-example';
import { CloudFormationTemplate, TemplateGraph } from './support/template-graph';

const { template, templates, findings } = synthesizeExample('existing-resources');
const [platform] = templates.filter(other => other !== template);
const graph = new TemplateGraph(template);

const rolesOf = ({ Resources }: CloudFormationTemplate) =>
  Object.values(Resources).filter(({ Type }) => Type === 'AWS::IAM::Role').map(({ Properties }) => Properties!);

describe('examples/existing-resources', () => {
  test("satisfies CloudFormation's own rules", () => expect(findings).toEqual([]));

  test('can be created, and is deleted in the order of every other lakehouse', () => {
    expect(graph.cyclic()).toEqual([]);
    expect(violations(graph).filter(found => !found.endsWith('the template has no such resources'))).toEqual([]);
  });

  test('creates nothing of the kinds that the platform has', () => {
    const brought = new Set(Object.values(platform.Resources).map(({ Type }) => Type));
    const created = Object.entries(template.Resources).filter(([, { Type }]) => brought.has(Type));
    // The rest, as its README.md says, is not for anybody else's data.
    expect(created.filter(([, { Type }]) => !/^AWS::IAM::/.test(Type)).map(([id]) => shortId(id))).toEqual([
      'StorageAccessLogsBucket', 'StorageAccessLogsBucketPolicy', 'JobOutputLog', 'JobErrorLog', 'QueryResultsBucket',
      'QueryResultsBucketPolicy',
    ]);
    expect([...brought]).toEqual(expect.arrayContaining([
      'AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::SecurityGroup', 'AWS::Kinesis::Stream', 'AWS::S3::Bucket',
      'AWS::KMS::Key', 'AWS::Glue::Database', 'AWS::Logs::LogGroup', 'AWS::Route53::HostedZone',
      'AWS::CertificateManager::Certificate', 'AWS::WAFv2::WebACL', 'AWS::IAM::ManagedPolicy',
    ]));
  });

  test('has no open finding in the AWS Solutions and Serverless packs at the lakehouse', () => {
    const { nag } = inspectExample('existing-resources');
    const open = [...nag.AwsSolutions.open, ...nag.Serverless.open].map(findingId);
    expect(open.filter(id => id.includes(' ClickstreamExisting/Lakehouse/'))).toEqual([]);
    expect(nag.AwsSolutions.acknowledged.length).toBeGreaterThan(20);
  });
});

describe('a permissions boundary', () => {
  test('is one of every role', () => {
    const bounded = rolesOf(template).filter(({ PermissionsBoundary }) =>
      JSON.stringify(PermissionsBoundary).includes('Platform:ExportsOutputRefPermissionsBoundary'));
    expect(bounded).toHaveLength(19);
    expect(bounded).toEqual(rolesOf(template));
  });

  test('applies below the lakehouse, too, to every role', () => {
    const { json } = synthesize({}, (lakehouse, stack) => iam.PermissionsBoundary.of(lakehouse).apply(
      iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary')));
    expect(rolesOf(json).length).toBeGreaterThan(15);
    for (const role of rolesOf(json)) expect(JSON.stringify(role.PermissionsBoundary)).toContain(':policy/boundary');
  });

  test("allows every action of every role, in the example's", () => {
    const [boundary] = Object.values(platform.Resources).filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy');
    const { PolicyDocument: document } = boundary.Properties as {
      PolicyDocument: { Statement: Array<{ Action: string[] }> };
    };
    const [{ Action: allowed }] = document.Statement;
    const patterns = allowed.map(action => new RegExp(`^${action.replace('*', '.*')}$`));
    type Policy = { PolicyDocument: { Statement: Array<{ Action: string | string[] }> } };
    const needed = Object.values(template.Resources).flatMap(({ Type, Properties }) => {
      if (Type === 'AWS::IAM::Policy') return [Properties as Policy];
      return Type === 'AWS::IAM::Role' ? (Properties!.Policies ?? []) as Policy[] : [];
    }).flatMap(({ PolicyDocument }) => PolicyDocument.Statement).flatMap(({ Action }) => Action);
    expect(needed.length).toBeGreaterThan(100);
    expect(needed.filter(action => !patterns.some(pattern => pattern.test(action)))).toEqual([]);
  });
});

test('every role has the prefix, and a name of at most 64 characters that no other has', () => {
  const names = rolesOf(template).map(({ RoleName }) => RoleName as { 'Fn::Join': [string, [string, object]] });
  const beginnings = names.map(({ 'Fn::Join': [, [beginning]] }) => beginning);
  for (const beginning of beginnings) {
    expect(beginning).toMatch(/^acme-.*-$/);
    expect(beginning.length + 8).toBeLessThanOrEqual(64);
  }
  expect(new Set(beginnings).size).toBe(19);
  for (const { 'Fn::Join': [, [, end]] } of names) expect(JSON.stringify(end)).toContain('AWS::StackId');
});
