import { aws_ec2 as ec2, Stack } from 'aws-cdk-lib';
import { LakehouseNetwork } from '../../../src';
import { DEFAULT, Row } from '../row';

const { isolated, none } = LakehouseNetwork;

function ownVpc(stack: Stack): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Own', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  });
}

function secondSubnet(stack: Stack): ec2.SubnetSelection {
  const subnet = ec2.Subnet.fromSubnetAttributes(stack, 'Second', {
    subnetId: 'subnet-2', availabilityZone: 'eu-west-1b', routeTableId: 'rtb-2',
  });
  return { subnets: [subnet] };
}

/** The network of the job's workers. */
export const NETWORK_ROWS: Row[] = [{
  option: 'vpc',
  change: 'set',
  before: DEFAULT,
  after: stack => ({ vpc: ownVpc(stack) }),
  effects: {
    updates: ['connection', 'job'],
    replaces: ['EniSweep', 'security group'],
    removes: ['VPC', 'subnet'],
  },
  note: 'The update waits until the old run has released its network interfaces.',
}, {
  option: 'vpcSubnets',
  change: 'another subnet',
  before: stack => ({ vpc: ownVpc(stack) }),
  after: stack => ({ vpcSubnets: secondSubnet(stack) }),
  effects: { updates: ['connection', 'job'] },
}, {
  option: 'securityGroup',
  change: 'set',
  before: stack => ({ vpc: ownVpc(stack) }),
  after: stack => ({ securityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, 'OwnGroup', 'sg-1') }),
  effects: { updates: ['connection', 'job'], replaces: ['EniSweep'], removes: ['security group'] },
  note: 'The update waits until the old run has released its network interfaces.',
}, {
  option: 'network',
  change: '`isolated()` → `none()`',
  before: DEFAULT,
  after: { network: none() },
  effects: {
    updates: ['job'],
    removes: ['EniSweep', 'VPC', 'connection', 'log groups', 'security group', 'subnet'],
  },
  note: 'The update waits until the old run has released its network interfaces.',
}, {
  option: 'network',
  change: '`none()` → `isolated()`',
  after: { network: isolated() },
  effects: {
    adds: ['EniSweep', 'VPC', 'connection', 'log groups', 'security group', 'subnet'],
    updates: ['job'],
  },
}, {
  option: 'network.cidr',
  change: 'another range',
  before: DEFAULT,
  after: { network: isolated({ cidr: '10.1.0.0/16' }) },
  effects: {
    updates: ['connection', 'job'],
    replaces: ['EniSweep', 'VPC', 'security group', 'subnet'],
  },
  note: 'The update waits until the old run has released its network interfaces.',
}, {
  option: 'network.availabilityZone',
  change: 'another zone',
  before: { network: isolated({ availabilityZone: 'eu-west-1a' }) },
  after: { network: isolated({ availabilityZone: 'eu-west-1b' }) },
  effects: {
    adds: ['VPC', 'subnet'],
    updates: ['connection', 'job'],
    replaces: ['EniSweep', 'security group'],
    removes: ['VPC', 'subnet'],
  },
  note: 'The update waits until the old run has released its network interfaces.',
}, {
  option: 'network.logsEndpoint',
  change: '`true`',
  before: DEFAULT,
  after: { network: isolated({ logsEndpoint: true }) },
  effects: {},
}, {
  option: 'network.networkAcl',
  change: '`false`',
  before: DEFAULT,
  after: { network: isolated({ networkAcl: false }) },
  effects: {},
}];
