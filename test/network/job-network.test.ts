import { aws_ec2 as ec2, Fn, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { JobNetwork, JobNetworkProps } from '../../src/network/job-network';
import { testStack } from '../support/stack';

function build(props: JobNetworkProps | ((stack: Stack) => JobNetworkProps) = {}) {
  const stack = testStack();
  const network = new JobNetwork(stack, 'Network', typeof props === 'function' ? props(stack) : props);
  return { stack, network, template: Template.fromStack(stack) };
}

describe('a VPC of its own', () => {
  const { template } = build();

  test('has one isolated subnet and no way to the internet', () => {
    template.hasResourceProperties('AWS::EC2::VPC', {
      CidrBlock: '10.0.0.0/16',
      EnableDnsHostnames: true,
      EnableDnsSupport: true,
    });
    template.resourceCountIs('AWS::EC2::Subnet', 1);
    template.hasResourceProperties('AWS::EC2::Subnet', { CidrBlock: '10.0.0.0/24', MapPublicIpOnLaunch: false });
    for (const type of ['InternetGateway', 'NatGateway', 'Route']) template.resourceCountIs(`AWS::EC2::${type}`, 0);
  });

  test('reaches exactly the services the job calls', () => {
    const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) =>
      JSON.stringify(Properties.ServiceName),
    );
    expect(endpoints).toHaveLength(3);
    for (const service of ['.s3', '.kinesis-streams', '.monitoring']) expect(endpoints.join()).toContain(service);
  });

  test('reaches CloudWatch Logs, too, if that is wanted', () => {
    build({ logsEndpoint: true }).template.resourceCountIs('AWS::EC2::VPCEndpoint', 4);
  });

  test('reaches Secrets Manager, too, if the job reads a secret', () => {
    const endpoints = Object.values(build({ readsSecret: true }).template.findResources('AWS::EC2::VPCEndpoint'));
    expect(endpoints).toHaveLength(4);
    expect(JSON.stringify(endpoints.map(({ Properties }) => Properties.ServiceName))).toContain('.secretsmanager');
  });

  test('lets workers talk to each other and to HTTPS, and nobody in', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Workers of the clickstream job',
      SecurityGroupEgress: [
        { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Description: 'AWS services' },
      ],
      SecurityGroupIngress: Match.absent(),
    });
    for (const direction of ['Ingress', 'Egress']) {
      template.hasResourceProperties(`AWS::EC2::SecurityGroup${direction}`, {
        IpProtocol: 'tcp',
        FromPort: 0,
        ToPort: 65535,
      });
    }
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Endpoints that the clickstream job uses', SecurityGroupIngress: Match.absent(),
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 443,
      ToPort: 443,
      SourceSecurityGroupId: Match.anyValue(),
    });
  });

  test('its network ACL lets HTTPS out and replies in', () => {
    template.resourceCountIs('AWS::EC2::NetworkAclEntry', 2);
    template.hasResourceProperties('AWS::EC2::NetworkAclEntry', {
      Egress: true,
      Protocol: 6,
      PortRange: { From: 443, To: 443 },
    });
    template.hasResourceProperties('AWS::EC2::NetworkAclEntry', {
      Egress: false,
      Protocol: 6,
      PortRange: { From: 1024, To: 65535 },
    });
  });

  test('takes range and zone, and leaves the ACL out on demand', () => {
    const other = build({ cidr: '10.9.0.0/20', availabilityZone: 'eu-west-1b', networkAcl: false }).template;
    other.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.9.0.0/20' });
    other.hasResourceProperties('AWS::EC2::Subnet', { AvailabilityZone: 'eu-west-1b' });
    other.resourceCountIs('AWS::EC2::NetworkAcl', 0);
  });

  test('is another one in another zone, because a new subnet would need the addresses of the old one', () => {
    const idsIn = (availabilityZone?: string) => ['VPC', 'Subnet'].flatMap(type =>
      Object.keys(build({ availabilityZone }).template.findResources(`AWS::EC2::${type}`)));
    const ids = [...idsIn(), ...idsIn('eu-west-1a'), ...idsIn('eu-west-1b')];
    expect(new Set(ids).size).toBe(6);
  });

  test('takes a zone that only the deployment knows', () => {
    const { template: other } = build({ availabilityZone: Fn.select(2, Fn.getAzs()) });
    other.hasResourceProperties('AWS::EC2::Subnet', { AvailabilityZone: { 'Fn::Select': [2, { 'Fn::GetAZs': '' }] } });
  });

  test.each(['10.0.0.0', '10.0.0.0/28', 'fd00::/16', 'ten'])('refuses the range %s', cidr => {
    expect(() => build({ cidr })).toThrow(
      `network.cidr must be an IPv4 range between /16 and /24, like '10.0.0.0/16', got '${cidr}'`,
    );
  });
});

describe('a given VPC', () => {
  const withVpc = (props: (vpc: ec2.Vpc) => JobNetworkProps, vpcProps: ec2.VpcProps = {}) =>
    build(stack => props(new ec2.Vpc(stack, 'Own', vpcProps)));

  test('gets a security group, and is told what its subnet must reach', () => {
    const { stack, network, template } = withVpc(vpc => ({ vpc }));
    template.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
    template.resourceCountIs('AWS::EC2::NetworkAcl', 0);
    template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
    expect(network.subnet.node.path).toBe('Test/Own/PrivateSubnet1');
    Annotations.fromStack(stack).hasInfo(
      '/Test/Network',
      Match.stringLikeRegexp('must reach S3 .* and Kinesis Data Streams and CloudWatch monitoring'),
    );
  });

  test('is told that its subnet must reach Secrets Manager if the job reads a secret', () => {
    const { stack } = withVpc(vpc => ({ vpc, readsSecret: true }));
    Annotations.fromStack(stack).hasInfo(
      '/Test/Network', Match.stringLikeRegexp('Kinesis Data Streams, Secrets Manager and CloudWatch monitoring'));
  });

  test('uses an isolated subnet when it has no other private one', () => {
    const { network } = withVpc(vpc => ({ vpc }), {
      natGateways: 0,
      subnetConfiguration: [{ name: 'Quiet', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    expect(network.subnet.node.path).toBe('Test/Own/QuietSubnet1');
  });

  test('uses the subnet that is selected', () => {
    const { network } = withVpc(vpc => ({ vpc, vpcSubnets: { subnets: [vpc.privateSubnets[1]] } }));
    expect(network.subnet.node.path).toBe('Test/Own/PrivateSubnet2');
  });

  test('is refused when all its subnets are public', () => {
    const publicOnly = { subnetConfiguration: [{ name: 'Open', subnetType: ec2.SubnetType.PUBLIC }] };
    expect(() => withVpc(vpc => ({ vpc }), publicOnly)).toThrow(
      'vpc has no private subnet: the job needs one, because its workers have no public address; '
        + 'add a private subnet, or leave vpc out to have a VPC created (network)',
    );
  });

  test('may be imported with public subnets only, and is refused too', () => {
    expect(() => build(stack => ({
      vpc: ec2.Vpc.fromVpcAttributes(stack, 'Own', {
        vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'], publicSubnetIds: ['subnet-1'],
      }),
    }))).toThrow('vpc has no private subnet');
  });

  test('refuses a selection of nothing', () => {
    expect(() => withVpc(vpc => ({ vpc, vpcSubnets: { subnets: [] } }))).toThrow(
      'vpcSubnets selects no subnet of vpc; select a private one',
    );
  });
});

describe('a given security group', () => {
  const HTTPS = ec2.Port.tcp(443);

  function withGroup(addRules: (group: ec2.SecurityGroup) => void, allowAllOutbound = true) {
    return build(stack => {
      const vpc = new ec2.Vpc(stack, 'Own');
      const securityGroup = new ec2.SecurityGroup(stack, 'OwnGroup', { vpc, allowAllOutbound });
      addRules(securityGroup);
      return { vpc, securityGroup };
    });
  }

  test('is used as it is', () => {
    const { network, template } = withGroup(group => group.addIngressRule(group, ec2.Port.allTcp()));
    expect(network.securityGroup.node.path).toBe('Test/OwnGroup');
    template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    template.resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
  });

  test('may be imported, and its rules are then not known', () => {
    const { template } = build(stack => ({
      vpc: new ec2.Vpc(stack, 'Own'),
      securityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, 'OwnGroup', 'sg-1'),
    }));
    template.resourcePropertiesCountIs('AWS::EC2::SecurityGroup', {}, 0);
  });

  test('may let workers out to themselves and HTTPS only', () => {
    const { template } = withGroup(group => {
      group.addIngressRule(group, ec2.Port.allTcp());
      group.addEgressRule(group, ec2.Port.allTcp());
      group.addEgressRule(ec2.Peer.prefixList('pl-1'), HTTPS);
    }, false);
    template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
  });

  test('is refused without what Glue asks for', () => {
    expect(() => withGroup(group => group.addIngressRule(group, HTTPS))).toThrow(
      'securityGroup must let its members reach each other on all TCP ports, which Glue asks for, got no such rule: '
        + 'add securityGroup.addIngressRule(securityGroup, ec2.Port.allTcp())');
    const closed = () => withGroup(group => group.addIngressRule(group, ec2.Port.allTcp()), false);
    expect(closed).toThrow('got no such egress rule: add securityGroup.addEgressRule(securityGroup');
    expect(closed).toThrow('got no egress rule for port 443: add securityGroup.addEgressRule(ec2.Peer.anyIpv4()');
  });

  test.each([[ec2.Peer.anyIpv4(), '0.0.0.0/0'], [ec2.Peer.anyIpv6(), '::/0']])(
    'is refused if it is open', (peer, range) => {
      expect(() => withGroup(group => {
        group.addIngressRule(group, ec2.Port.allTcp());
        group.addIngressRule(peer, HTTPS);
      })).toThrow(`securityGroup must not let everybody in, got ingress from ${range}: take the rule out`);
    });
});
