import { aws_ec2 as ec2, Stack } from 'aws-cdk-lib';

/** A rule of either direction, with `peer` for the security group at its other end. */
interface Rule {
  readonly cidrIp?: string;
  readonly cidrIpv6?: string;
  readonly ipProtocol?: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly peer?: unknown;
}

/**
 * Errors of a security group of the user's, one sentence each. The rules of an imported group are known only to AWS.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/setup-vpc-for-glue-access.html
 */
export function securityGroupErrors(group: ec2.ISecurityGroup): string[] {
  const { ingress, egress } = rulesOf(group) ?? {};
  if (!ingress || !egress) return [];
  const self = JSON.stringify(Stack.of(group).resolve(group.securityGroupId));
  const toSelf = (rule: Rule) => JSON.stringify(rule.peer) === self && isAllTcp(rule);
  const open = ingress.find(isAnywhere);
  return [
    ...(open ? [`securityGroup must not let everybody in, got ingress from ${open.cidrIp ?? open.cidrIpv6}: take the `
      + 'rule out, because nothing connects to the workers'] : []),
    ...(ingress.some(toSelf) ? [] : ['securityGroup must let its members reach each other on all TCP ports, which Glue '
      + 'asks for, got no such rule: add securityGroup.addIngressRule(securityGroup, ec2.Port.allTcp())']),
    ...(egress.some(rule => toSelf(rule) || (isAnywhere(rule) && isAllTcp(rule))) ? [] : ['securityGroup must let its '
      + 'members reach each other on all TCP ports, got no such egress rule: add '
      + 'securityGroup.addEgressRule(securityGroup, ec2.Port.allTcp())']),
    ...(egress.some(rule => covers(rule, 443, 443)) ? [] : ['securityGroup must let HTTPS out to the AWS services, got '
      + 'no egress rule for port 443: add securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443))']),
  ];
}

/** @returns undefined for an imported group */
function rulesOf(group: ec2.ISecurityGroup): { ingress: Rule[]; egress: Rule[] } | undefined {
  const resource = group.node.defaultChild;
  if (!(resource instanceof ec2.CfnSecurityGroup)) return undefined;
  const stack = Stack.of(group);
  const found = group.node.findAll();
  const rules = (inline: unknown, separate: unknown[]): Rule[] =>
    [...(stack.resolve(inline) as [] ?? []), ...(stack.resolve(separate) as [])];
  return {
    ingress: rules(resource.securityGroupIngress, found.filter(ec2.CfnSecurityGroupIngress.isCfnSecurityGroupIngress)
      .map(({ cidrIp, cidrIpv6, ipProtocol, fromPort, toPort, sourceSecurityGroupId: peer }) =>
        ({ cidrIp, cidrIpv6, ipProtocol, fromPort, toPort, peer }))),
    egress: rules(resource.securityGroupEgress, found.filter(ec2.CfnSecurityGroupEgress.isCfnSecurityGroupEgress)
      .map(({ cidrIp, cidrIpv6, ipProtocol, fromPort, toPort, destinationSecurityGroupId: peer }) =>
        ({ cidrIp, cidrIpv6, ipProtocol, fromPort, toPort, peer }))),
  };
}

function isAnywhere({ cidrIp, cidrIpv6 }: Rule): boolean {
  return cidrIp === '0.0.0.0/0' || cidrIpv6 === '::/0';
}

function isAllTcp(rule: Rule): boolean {
  return covers(rule, 0, 65535);
}

function covers({ ipProtocol, fromPort = 0, toPort = 65535 }: Rule, from: number, to: number): boolean {
  return ipProtocol === '-1' || (ipProtocol === 'tcp' && fromPort <= from && toPort >= to);
}
