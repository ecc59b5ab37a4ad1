import { GiveUpProperties, name } from './delete-request';

/** Properties of the custom resource that waits until Glue's network interfaces are gone. */
export interface EniSweepProperties extends GiveUpProperties {
  readonly VpcId: string;
  readonly SecurityGroupId: string;
  readonly JobRoleArn: string;
  /** Value of the stack tag that the security group must carry; missing when the group is the user's. */
  readonly Stack?: string;
}

/** A network interface in the job's security group. */
export interface NetworkInterface {
  readonly id: string;
  readonly status: string;
  readonly description: string;
}

/** EC2's errors for an interface that cannot be deleted yet. */
const IN_USE = new Set(['InvalidNetworkInterface.InUse', 'InvalidParameterValue', 'OperationNotPermitted']);

/** Constant for a security group, so that an update never makes CloudFormation delete the resource. */
export function eniSweepId({ SecurityGroupId }: EniSweepProperties): string {
  return `${SecurityGroupId}/enis`;
}

/**
 * Interfaces that Glue created for the job's role and no longer uses. Those of endpoints, NAT gateways and functions
 * belong to their services, and only Glue can detach an interface in use.
 */
export function deletable(interfaces: NetworkInterface[], properties: EniSweepProperties): NetworkInterface[] {
  return interfaces.filter(eni => eni.status === 'available' && isOfJob(eni, properties));
}

/** Interfaces to wait for. In a security group of the user's those of others stay. */
export function awaited(interfaces: NetworkInterface[], properties: EniSweepProperties): NetworkInterface[] {
  return properties.Stack === undefined ? interfaces.filter(eni => isOfJob(eni, properties)) : interfaces;
}

function isOfJob({ description }: NetworkInterface, { JobRoleArn }: EniSweepProperties): boolean {
  return description === `Attached to Glue using role: ${JobRoleArn}`;
}

export function isGone(error: unknown): boolean {
  return /^Invalid(NetworkInterfaceID|Group|GroupId)\.NotFound$/.test((error as Error).name);
}

export function isInUse(error: unknown): boolean {
  return IN_USE.has((error as Error).name);
}

/** Names the interfaces that are left and the command that deletes one. */
export function describeLeftovers(properties: EniSweepProperties, left: NetworkInterface[]): string {
  const { SecurityGroupId, TimeoutSeconds } = properties;
  return `${left.length} network interface(s) in security group ${SecurityGroupId} were not released `
    + `within ${TimeoutSeconds} s: `
    + `${name(left.map(({ id, status, description }) => `${id} ${status} '${description.slice(0, 90)}'`))}. `
    + 'Glue releases its own within some hours; once one is available: '
    + `aws ec2 delete-network-interface --network-interface-id ${left[0].id}; then delete the stack again.`;
}
