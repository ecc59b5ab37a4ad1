import { Chance } from './chance';
import { awsError } from './sdk-calls';
import { Timeline } from './timeline';
import { VirtualClock } from './virtual-clock';

export interface VirtualInterface {
  readonly id: string;
  status: 'available' | 'in-use';
  readonly description: string;
  readonly groupId: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly owner: 'glue' | 'foreign';
}

export interface InterfaceBehaviour {
  /** Minutes from the end of a run until Glue releases an interface. */
  readonly lagMinutes: number;
  /** Minutes after the release at which Glue deletes the interface itself. */
  readonly glueDeletesAfter: number;
}

/** Interfaces of one page, few enough that lists have several. */
const PAGE = 5;

/** EC2's network interfaces and one security group, the job's. */
export class VirtualEc2 {
  readonly interfaces = new Map<string, VirtualInterface>();
  groupTags?: Array<{ Key: string; Value: string }>;
  /** Glue uses this role to release and to delete its interfaces. */
  jobRoleExists = true;
  private made = 0;

  constructor(
    private readonly clock: VirtualClock, private readonly timeline: Timeline, private readonly chance: Chance,
    private readonly behaviour: InterfaceBehaviour,
  ) {}

  create(one: Omit<VirtualInterface, 'id' | 'status'>): VirtualInterface {
    this.made += 1;
    const created: VirtualInterface = { ...one, id: `eni-${String(this.made).padStart(17, '0')}`, status: 'in-use' };
    this.interfaces.set(created.id, created);
    return created;
  }

  /** Glue's, after the run that used them has ended. */
  release(ids: string[]): void {
    for (const id of ids) {
      this.clock.after(this.behaviour.lagMinutes * this.chance.between(0.7, 1), () => {
        const found = this.interfaces.get(id);
        if (!found || !this.jobRoleExists) return;
        found.status = 'available';
        this.clock.after(this.behaviour.glueDeletesAfter, () => {
          if (this.jobRoleExists) this.interfaces.delete(id);
        });
      });
    }
  }

  using(resource: { readonly groupId?: string; readonly subnetId?: string }): VirtualInterface[] {
    return [...this.interfaces.values()].filter(one =>
      one.groupId === resource.groupId || one.subnetId === resource.subnetId);
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly respond = (command: string, input: any): object => {
    switch (command) {
      case 'DescribeSecurityGroups':
        if (!this.groupTags) throw awsError('InvalidGroup.NotFound');
        return { SecurityGroups: [{ Tags: this.groupTags }] };
      case 'DescribeNetworkInterfaces': return this.page(input);
      case 'DeleteNetworkInterface': return this.delete(input.NetworkInterfaceId);
      default: throw new Error(`unexpected ${command}`);
    }
  };

  private page({ Filters, NextToken }: { Filters: Array<{ Name: string; Values: string[] }>; NextToken?: string }) {
    const of = (name: string) => Filters.find(({ Name }) => Name === name)?.Values[0];
    const found = [...this.interfaces.values()]
      .filter(({ vpcId, groupId }) => vpcId === of('vpc-id') && groupId === of('group-id'));
    const from = Number(NextToken ?? 0);
    const NetworkInterfaces = found.slice(from, from + PAGE).map(one => ({
      NetworkInterfaceId: one.id, Status: one.status, Description: one.description,
    }));
    return { NetworkInterfaces, NextToken: from + PAGE < found.length ? String(from + PAGE) : undefined };
  }

  private delete(id: string): object {
    const found = this.interfaces.get(id);
    if (found && found.owner !== 'glue') this.timeline.violation('EniSweep', `touched the foreign interface ${id}`);
    if (!found || this.chance.happens(0.05)) throw awsError('InvalidNetworkInterfaceID.NotFound');
    if (found.status === 'in-use' || this.chance.happens(0.05)) throw awsError('InvalidParameterValue', 'in use');
    this.interfaces.delete(id);
    this.timeline.note('EC2', `${id} deleted`);
    return {};
  }
}
