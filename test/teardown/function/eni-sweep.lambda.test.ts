import {
  DeleteNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { STACK_TAG } from '../../../src/contract/tags';
import { EniSweepProperties } from '../../../src/teardown/function/eni-sweep';
import { isComplete, onEvent } from '../../../src/teardown/function/eni-sweep.lambda';

const ec2 = mockClient(EC2Client);
const NOW = new Date('2026-03-01T12:00:00.000Z');
const ROLE = 'arn:aws:iam::123456789012:role/job';
const PROPERTIES: EniSweepProperties = {
  VpcId: 'vpc-1',
  SecurityGroupId: 'sg-1',
  JobRoleArn: ROLE,
  Stack: 'stack-id',
  TimeoutSeconds: '600',
  OnTimeout: 'FAIL',
};
const REQUEST = { RequestId: 'request-1', LogicalResourceId: 'EniSweep', ResourceProperties: PROPERTIES };
const DELETE = { ...REQUEST, RequestType: 'Delete', PhysicalResourceId: 'sg-1/enis' } as const;
const POLL = { ...DELETE, StartedAt: NOW.toISOString() };

type Status = 'available' | 'in-use';
const eni = (NetworkInterfaceId: string, Status: Status, Description = `Attached to Glue using role: ${ROLE}`) =>
  ({ NetworkInterfaceId, Status, Description });
const failure = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });
const deleted = () =>
  ec2.commandCalls(DeleteNetworkInterfaceCommand).map(call => call.args[0].input.NetworkInterfaceId);

function interfaces(...polls: Array<ReturnType<typeof eni>[]>): void {
  const mock = ec2.on(DescribeNetworkInterfacesCommand);
  polls.slice(0, -1).forEach(NetworkInterfaces => mock.resolvesOnce({ NetworkInterfaces }));
  mock.resolves({ NetworkInterfaces: polls[polls.length - 1] });
}

beforeEach(() => {
  ec2.reset();
  jest.useFakeTimers({ now: NOW });
  ec2
    .on(DescribeSecurityGroupsCommand, { GroupIds: ['sg-1'] })
    .resolves({ SecurityGroups: [{ Tags: [{ Key: STACK_TAG, Value: 'stack-id' }] }] });
  ec2.on(DeleteNetworkInterfaceCommand).resolves({});
  interfaces([]);
});

afterEach(() => jest.useRealTimers());

test.each(['Create', 'Update'] as const)('%s does nothing and has a constant id', async RequestType => {
  expect(await onEvent({ ...REQUEST, RequestType })).toEqual({ PhysicalResourceId: 'sg-1/enis' });
  expect(await isComplete({ ...REQUEST, RequestType })).toEqual({ IsComplete: true });
  expect(ec2.calls()).toEqual([]);
});

test('deletion keeps the id CloudFormation sends and notes the time', async () => {
  expect(await onEvent({ ...DELETE, PhysicalResourceId: 'other' })).toEqual({
    PhysicalResourceId: 'other',
    StartedAt: NOW.toISOString(),
  });
});

test('is complete when the security group has no interface', async () => {
  expect(await isComplete(POLL)).toEqual({ IsComplete: true });
  expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)[0].args[0].input.Filters)
    .toEqual([{ Name: 'vpc-id', Values: ['vpc-1'] }, { Name: 'group-id', Values: ['sg-1'] }]);
});

test('deletes what Glue has released and waits for what it still uses', async () => {
  interfaces([eni('eni-1', 'available'), eni('eni-2', 'in-use')], [eni('eni-2', 'in-use')]);
  expect(await isComplete(POLL)).toEqual({ IsComplete: false });
  expect(deleted()).toEqual(['eni-1']);
});

test('is complete in the same poll when the last one could be deleted', async () => {
  interfaces([eni('eni-1', 'available')], []);
  expect(await isComplete(POLL)).toEqual({ IsComplete: true });
});

test('reads every page', async () => {
  ec2.on(DescribeNetworkInterfacesCommand)
    .resolvesOnce({ NetworkInterfaces: [eni('eni-1', 'available')], NextToken: 'p2' })
    .resolvesOnce({ NetworkInterfaces: [eni('eni-2', 'available')] })
    .resolves({ NetworkInterfaces: [] });
  expect(await isComplete(POLL)).toEqual({ IsComplete: true });
  expect(deleted()).toEqual(['eni-1', 'eni-2']);
  expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)[1].args[0].input.NextToken).toBe('p2');
});

test('leaves the rest to the next poll when deletions are slow', async () => {
  interfaces([eni('eni-1', 'available'), eni('eni-2', 'available')], [eni('eni-2', 'available')]);
  ec2.on(DeleteNetworkInterfaceCommand).callsFake(() => jest.setSystemTime(Date.now() + 25_000));
  expect(await isComplete(POLL)).toEqual({ IsComplete: false });
  expect(deleted()).toEqual(['eni-1']);
});

test('never touches interfaces that are not of our job', async () => {
  interfaces([
    eni('eni-endpoint', 'available', 'VPC Endpoint Interface vpce-1'),
    eni('eni-lambda', 'available', 'AWS Lambda VPC ENI-x'),
    eni('eni-other-role', 'available', `Attached to Glue using role: ${ROLE}2`),
    eni('eni-none', 'available', ''),
  ]);
  expect(await isComplete(POLL)).toEqual({ IsComplete: false });
  expect(deleted()).toEqual([]);
});

test.each(['InvalidNetworkInterfaceID.NotFound', 'InvalidNetworkInterface.InUse', 'InvalidParameterValue'])(
  '%s while deleting is no failure',
  async name => {
    interfaces([eni('eni-1', 'available')], [eni('eni-1', 'in-use')]);
    ec2.on(DeleteNetworkInterfaceCommand).rejects(failure(name));
    expect(await isComplete(POLL)).toEqual({ IsComplete: false });
  },
);

test('can be sent twice: a security group that is gone is complete', async () => {
  ec2.on(DescribeSecurityGroupsCommand).rejects(failure('InvalidGroup.NotFound'));
  expect(await isComplete(POLL)).toEqual({ IsComplete: true });
});

test.each([[[]], [[{ Key: STACK_TAG, Value: 'another-stack' }]]])(
  'leaves a security group alone that is not of this stack: %j',
  async tags => {
    ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [{ Tags: tags }] });
    interfaces([eni('eni-1', 'available')]);
    expect(await isComplete(POLL)).toEqual({ IsComplete: true });
    expect(deleted()).toEqual([]);
  },
);

test("in a security group of the user's, waits for interfaces of the job and for no others", async () => {
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [{ Tags: [] }] });
  const { Stack: _, ...given } = PROPERTIES;
  const others = eni('eni-others', 'in-use', 'AWS Lambda VPC ENI-x');
  interfaces(
    [eni('eni-1', 'available'), eni('eni-2', 'in-use'), others], [eni('eni-2', 'in-use'), others], [others], [others]);
  expect(await isComplete({ ...POLL, ResourceProperties: given })).toEqual({ IsComplete: false });
  expect(await isComplete({ ...POLL, ResourceProperties: given })).toEqual({ IsComplete: true });
  expect(deleted()).toEqual(['eni-1']);
});

test('waits out throttling', async () => {
  ec2.on(DescribeNetworkInterfacesCommand).rejects(failure('RequestLimitExceeded'));
  expect(await isComplete(POLL)).toEqual({ IsComplete: false });
});

test('fails on what waiting does not cure', async () => {
  interfaces([eni('eni-1', 'available')]);
  ec2.on(DeleteNetworkInterfaceCommand).rejects(failure('UnauthorizedOperation'));
  await expect(isComplete(POLL)).rejects.toThrow('UnauthorizedOperation');
});

test('says so when the framework has not passed on the time of the first call', async () => {
  interfaces([eni('eni-1', 'in-use')]);
  await expect(isComplete({ ...POLL, StartedAt: undefined })).rejects.toThrow(
    "StartedAt must be the time of the first call, got 'undefined'",
  );
});

describe('when the time is up', () => {
  beforeEach(() => {
    interfaces(
      Array.from({ length: 30 }, (_, index) =>
        eni(`eni-${index}`, 'in-use', `Attached to Glue using role: ${ROLE}${'x'.repeat(200)}`),
      ),
    );
    jest.setSystemTime(NOW.getTime() + 600_000);
  });

  test('fails with what is left and what to do, in less than CloudFormation takes', async () => {
    const error: Error = await isComplete(POLL).catch(thrown => thrown);
    const [left, names] = error.message.split(' 600 s: ');
    expect(left).toBe('30 network interface(s) in security group sg-1 were not released within');
    expect(names).toMatch(/^eni-0 in-use 'Attached to Glue/);
    expect(error.message).toContain('; and 10 more. Glue releases its own within some hours; once one is available: '
      + 'aws ec2 delete-network-interface --network-interface-id eni-0; then delete the stack again.');
    expect(error.message.length).toBeLessThan(3001);
  });

  test('goes on with CONTINUE, having said the same in the log', async () => {
    const log = jest.spyOn(console, 'log').mockImplementation();
    expect(await isComplete({ ...POLL, ResourceProperties: { ...PROPERTIES, OnTimeout: 'CONTINUE' } })).toEqual({
      IsComplete: true,
    });
    expect(log.mock.calls.join()).toContain('30 network interface(s) in security group sg-1');
  });
});
