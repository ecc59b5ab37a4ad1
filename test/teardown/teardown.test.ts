import { aws_ec2 as ec2, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { LakehouseNetwork, TeardownOptions, TeardownTimeoutAction } from '../../src';
import { only, synthesize } from '../support/lakehouse';

const standard = synthesize();
const build = (teardown: TeardownOptions) => synthesize({ teardown });

test('Drain knows the job, the stack it must belong to, and its time', () => {
  expect(only(standard, 'Custom::ClickstreamDrain')).toEqual({
    ServiceToken: { 'Fn::GetAtt': [expect.stringMatching(/^LakehouseTeardownDrainProviderframeworkonEvent/), 'Arn'] },
    JobName: { Ref: expect.stringMatching(/^LakehouseJob/) },
    JobArn: expect.anything(),
    Stack: { Ref: 'AWS::StackId' },
    StreamName: { Ref: expect.stringMatching(/^LakehouseStream/) },
    LastDrain: 'true',
    TimeoutSeconds: '2700',
    OnTimeout: 'FAIL',
  });
});

test('no last drain reads a stream whose data are deleted, nor may it', () => {
  const deleted = synthesize({ removalPolicy: RemovalPolicy.DESTROY });
  expect(only(deleted, 'Custom::ClickstreamDrain')).toMatchObject({ LastDrain: 'false' });
  const [policy] = deleted.graph.find('AWS::IAM::Policy', /DrainIsCompleteRole/);
  expect(JSON.stringify(deleted.json.Resources[policy])).not.toMatch(/StartJobRun|GetMetricStatistics/);
});

test("EniSweep asks no tag of a security group that is the user's, nor may it", () => {
  const given = synthesize(stack => ({
    vpc: new ec2.Vpc(stack, 'Own'),
    securityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, 'OwnGroup', 'sg-1'),
  }));
  const properties = only(given, 'Custom::ClickstreamEniSweep');
  expect(properties).toMatchObject({ SecurityGroupId: 'sg-1' });
  expect(properties).not.toHaveProperty('Stack');
  const [policy] = given.graph.find('AWS::IAM::Policy', /EniSweepIsCompleteRole/);
  expect(JSON.stringify(given.json.Resources[policy])).toContain('ec2:DescribeNetworkInterfaces');
  expect(JSON.stringify(given.json.Resources[policy])).not.toContain('ec2:DescribeSecurityGroups');
});

test('EniSweep knows the network, the role and the stack it must belong to', () => {
  expect(only(standard, 'Custom::ClickstreamEniSweep')).toMatchObject({
    VpcId: { Ref: expect.stringMatching(/^LakehouseNetworkVpc/) },
    SecurityGroupId: { 'Fn::GetAtt': [expect.stringMatching(/^LakehouseNetworkSecurityGroup/), 'GroupId'] },
    JobRoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^LakehouseJobRole/), 'Arn'] },
    Stack: { Ref: 'AWS::StackId' },
  });
  expect(only(standard, 'AWS::EC2::SecurityGroup', /^LakehouseNetworkSecurityGroup/).Tags)
    .toContainEqual({ Key: 'cdk-clickstream-lakehouse:stack', Value: { Ref: 'AWS::StackId' } });
});

test('outside any VPC there is nothing to sweep', () => {
  expect(synthesize({ network: LakehouseNetwork.none() }).graph.find('Custom::ClickstreamEniSweep')).toEqual([]);
});

test('the framework polls for longer than the handlers wait, and ends before CloudFormation does', () => {
  for (const id of standard.graph.find('AWS::StepFunctions::StateMachine')) {
    const definition = JSON.stringify(standard.json.Resources[id].Properties?.DefinitionString);
    const [, interval] = /IntervalSeconds\\+":(\d+)/.exec(definition)!;
    const [, attempts] = /MaxAttempts\\+":(\d+)/.exec(definition)!;
    expect(Number(interval)).toBe(15);
    expect(Number(interval) * Number(attempts)).toBeGreaterThan(50 * 60);
    expect(Number(interval) * Number(attempts)).toBeLessThan(60 * 60);
  }
});

test('handlers and framework run outside the VPC and log where they cannot bring a group back', () => {
  const functions = standard.graph.find('AWS::Lambda::Function', /Teardown/);
  expect(functions).toHaveLength(10);
  for (const id of functions) {
    const { Properties = {} } = standard.json.Resources[id];
    expect(Properties).not.toHaveProperty('VpcConfig');
    expect(Properties.LoggingConfig).toMatchObject({
      LogGroup: { Ref: expect.stringMatching(/^LakehouseTeardown.*Log/) },
    });
  }
});

test('takes time and what happens after it', () => {
  const synthesized = build({ timeout: Duration.minutes(10), onTimeout: TeardownTimeoutAction.CONTINUE });
  for (const type of ['Custom::ClickstreamDrain', 'Custom::ClickstreamEniSweep']) {
    expect(only(synthesized, type)).toMatchObject({ TimeoutSeconds: '600', OnTimeout: 'CONTINUE' });
  }
});

test.each([Duration.minutes(9), Duration.minutes(51)])('refuses a time of %s', timeout => {
  expect(() => build({ timeout })).toThrow('teardown.timeout must be between 10 minutes and 50 minutes, got');
});
