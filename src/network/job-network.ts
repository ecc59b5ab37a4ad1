import { Annotations, Aws, aws_ec2 as ec2, Tags, Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { createFlowLog } from './flow-log';
import { securityGroupErrors } from './given-security-group';
import { IsolatedNetworkOptions } from './lakehouse-network';
import { STACK_TAG } from '../contract/tags';
import { LogOptions } from '../private/log-group';
import { InvalidPropertyError, requireMatch } from '../private/validate';

/** AWS allows a VPC /16 to /28, and the job's subnet is a /24. */
const CIDR = /^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-4])$/;

/** The subnet and security group that the job's workers run in. */
export interface IJobNetwork extends IConstruct {
  readonly vpc: ec2.IVpc;
  /** Glue creates a network interface per worker here. */
  readonly subnet: ec2.ISubnet;
  /** Carried by the job's workers and, unless it is the user's, by nothing else. */
  readonly securityGroup: ec2.ISecurityGroup;
  /** Whether the security group is the user's. */
  readonly hasGivenSecurityGroup: boolean;
}

export interface JobNetworkProps extends IsolatedNetworkOptions, LogOptions {
  /**
   * An existing VPC. Endpoints are then not created (a second one with private DNS would be refused), so its subnet
   * must reach S3, Kinesis and CloudWatch monitoring.
   */
  readonly vpc?: ec2.IVpc;
  /** The job reads a secret, so the network needs a way to Secrets Manager. */
  readonly readsSecret?: boolean;
  /** Logs the connections in a VPC that is created. */
  readonly flowLog?: boolean;
  /** Subnet of `vpc` to use: the first one selected, as a Glue connection has only one. */
  readonly vpcSubnets?: ec2.SubnetSelection;
  /** An existing security group of `vpc`, which is used as it is. */
  readonly securityGroup?: ec2.ISecurityGroup;
}

/** Creates the job's network, or finds the job's place in an existing VPC. */
export class JobNetwork extends Construct implements IJobNetwork {
  public readonly vpc: ec2.IVpc;
  public readonly subnet: ec2.ISubnet;
  public readonly securityGroup: ec2.ISecurityGroup;
  public readonly hasGivenSecurityGroup: boolean;

  constructor(scope: Construct, id: string, props: JobNetworkProps = {}) {
    super(scope, id);
    requireMatch('network.cidr', props.cidr, CIDR, "an IPv4 range between /16 and /24, like '10.0.0.0/16'");
    this.vpc = props.vpc ?? this.createVpc(props);
    this.subnet = this.selectSubnet(props);
    const { securityGroup } = props;
    this.hasGivenSecurityGroup = securityGroup !== undefined;
    this.securityGroup = securityGroup ?? this.createSecurityGroup();
    // When the app is complete, as the user may add rules until then.
    if (securityGroup) this.node.addValidation({ validate: () => securityGroupErrors(securityGroup) });
    if (props.vpc) {
      Annotations.of(this).addInfo(
        'the subnet of the given vpc must reach S3 (gateway endpoint) and Kinesis Data Streams'
        + `${props.readsSecret ? ', Secrets Manager' : ''} and CloudWatch monitoring `
        + '(interface endpoints or a NAT gateway): no endpoint is created in a given vpc');
      return;
    }
    this.createEndpoints(props);
    if (props.networkAcl ?? true) this.createNetworkAcl();
    if (props.flowLog) createFlowLog(this, this.vpc, props);
  }

  /**
   * Another zone gets another VPC. In the same one the new subnet, which CloudFormation creates before it deletes the
   * old one, would take the old one's addresses, and nothing would wait for the interfaces in the old subnet.
   */
  private createVpc({ availabilityZone, cidr }: JobNetworkProps): ec2.Vpc {
    const zone = Token.isUnresolved(availabilityZone) ? '' : availabilityZone ?? '';
    return new ec2.Vpc(this, `Vpc${zone}`, {
      ipAddresses: ec2.IpAddresses.cidr(cidr ?? '10.0.0.0/16'),
      ...(availabilityZone ? { availabilityZones: [availabilityZone] } : { maxAzs: 1 }),
      natGateways: 0,
      createInternetGateway: false,
      restrictDefaultSecurityGroup: false, // would add a custom resource; nothing uses the group
      subnetConfiguration: [{ name: 'Job', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 }],
    });
  }

  private selectSubnet(props: JobNetworkProps): ec2.ISubnet {
    const [subnet] = this.vpc.selectSubnets(props.vpcSubnets ?? { subnetType: this.privateType() }).subnets;
    if (!subnet) throw new InvalidPropertyError('vpcSubnets selects no subnet of vpc; select a private one');
    return subnet;
  }

  /** CDK's own error for a VPC without such a subnet names neither the property nor a remedy. */
  private privateType(): ec2.SubnetType {
    if (this.vpc.privateSubnets.length > 0) return ec2.SubnetType.PRIVATE_WITH_EGRESS;
    if (this.vpc.isolatedSubnets.length > 0) return ec2.SubnetType.PRIVATE_ISOLATED;
    throw new InvalidPropertyError(
      'vpc has no private subnet: the job needs one, because its workers have no public address; '
      + 'add a private subnet, or leave vpc out to have a VPC created (network)');
  }

  private createSecurityGroup(): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: this.vpc,
      description: 'Workers of the clickstream job',
      allowAllOutbound: false,
    });
    // Glue refuses a connection whose group does not let the workers talk to one another on every port.
    group.addIngressRule(group, ec2.Port.allTcp(), 'Workers of the job');
    group.addEgressRule(group, ec2.Port.allTcp(), 'Workers of the job');
    // To any address, as those of S3 are known only by a prefix list id, which needs a look-up.
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'AWS services');
    Tags.of(group).add('Name', `${this.node.path}/workers`);
    Tags.of(group).add(STACK_TAG, Aws.STACK_ID);
    return group;
  }

  private createEndpoints({ logsEndpoint, readsSecret }: JobNetworkProps): void {
    const subnets = { subnets: [this.subnet] };
    this.vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3, subnets: [subnets] });
    const group = new ec2.SecurityGroup(this, 'EndpointSecurityGroup', {
      vpc: this.vpc,
      description: 'Endpoints that the clickstream job uses',
      allowAllOutbound: false,
    });
    group.addIngressRule(this.securityGroup, ec2.Port.tcp(443), 'Workers of the job');
    const services = {
      Kinesis: ec2.InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
      ...(logsEndpoint && { Logs: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS }),
      Monitoring: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
      ...(readsSecret && { SecretsManager: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER }),
    };
    for (const [id, service] of Object.entries(services)) {
      this.vpc.addInterfaceEndpoint(id, {
        service, subnets, securityGroups: [group], open: false, privateDnsEnabled: true,
      });
    }
  }

  /** An ACL does not filter traffic inside its subnet. Only requests to S3, through the gateway endpoint, leave it. */
  private createNetworkAcl(): void {
    const acl = new ec2.NetworkAcl(this, 'NetworkAcl', { vpc: this.vpc, subnetSelection: { subnets: [this.subnet] } });
    const any = { cidr: ec2.AclCidr.anyIpv4(), ruleNumber: 100, ruleAction: ec2.Action.ALLOW };
    const { EGRESS, INGRESS } = ec2.TrafficDirection;
    acl.addEntry('HttpsOut', { ...any, direction: EGRESS, traffic: ec2.AclTraffic.tcpPort(443) });
    acl.addEntry('AnswersIn', { ...any, direction: INGRESS, traffic: ec2.AclTraffic.tcpPortRange(1024, 65535) });
  }
}
