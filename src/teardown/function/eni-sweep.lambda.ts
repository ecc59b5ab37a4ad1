import {
  DeleteNetworkInterfaceCommand, DescribeNetworkInterfacesCommand, DescribeSecurityGroupsCommand, EC2Client,
} from '@aws-sdk/client-ec2';
import {
  giveUp, isTimeUp, LifecycleEvent, LifecycleResult, noteStart, poll, PollEvent, PollResult,
} from './delete-request';
import {
  awaited, deletable, describeLeftovers, eniSweepId, EniSweepProperties, isGone, isInUse, NetworkInterface,
} from './eni-sweep';
import { STACK_TAG } from '../../contract/tags';

// Few attempts: a poll must end long before Lambda ends it, and the next one tries again.
const ec2 = new EC2Client({ retryMode: 'adaptive', maxAttempts: 4 });

/** Time for the deletions of one poll. The lists before and after them must fit into the function's minute, too. */
const DELETIONS_MS = 25_000;

export async function onEvent(event: LifecycleEvent<EniSweepProperties>): Promise<LifecycleResult> {
  return noteStart(event, eniSweepId(event.ResourceProperties));
}

export async function isComplete(event: PollEvent<EniSweepProperties>): Promise<PollResult> {
  return poll(event, sweep);
}

/** Runs only after the job is gone, because the interfaces of a run that starts are `available` for a moment, too. */
async function sweep(event: PollEvent<EniSweepProperties>): Promise<PollResult> {
  const target = event.ResourceProperties;
  if (!await isOurs(target)) return { IsComplete: true };
  const deadline = Date.now() + DELETIONS_MS;
  for (const { id } of deletable(await interfacesOf(target), target)) {
    if (Date.now() < deadline) await deleteInterface(id);
  }
  const left = awaited(await interfacesOf(target), target);
  if (left.length === 0) return { IsComplete: true };
  return isTimeUp(event, new Date()) ? giveUp(target, describeLeftovers(target, left)) : { IsComplete: false };
}

async function interfacesOf({ VpcId, SecurityGroupId }: EniSweepProperties): Promise<NetworkInterface[]> {
  const found: NetworkInterface[] = [];
  let token: string | undefined;
  do {
    const page = await ec2.send(new DescribeNetworkInterfacesCommand({
      Filters: [{ Name: 'vpc-id', Values: [VpcId] }, { Name: 'group-id', Values: [SecurityGroupId] }],
      MaxResults: 200,
      NextToken: token,
    }));
    found.push(...(page.NetworkInterfaces ?? []).map(eni => ({
      id: eni.NetworkInterfaceId ?? '', status: eni.Status ?? '', description: eni.Description ?? '',
    })));
    token = page.NextToken;
  } while (token);
  return found;
}

async function deleteInterface(id: string): Promise<void> {
  try {
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id }));
  } catch (error) {
    if (!isGone(error) && !isInUse(error)) throw error;
  }
}

/** False for a security group that no longer exists or that belongs to another stack by now. */
async function isOurs({ SecurityGroupId, Stack }: EniSweepProperties): Promise<boolean> {
  if (Stack === undefined) return true; // the user's
  try {
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [SecurityGroupId] }));
    return SecurityGroups?.[0]?.Tags?.some(tag => tag.Key === STACK_TAG && tag.Value === Stack) ?? false;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}
