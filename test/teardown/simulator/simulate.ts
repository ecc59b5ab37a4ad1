import { DeployedStack, JOB_ROLE } from './deployed-stack';
import { EventTraffic } from './event-traffic';
import { CALM, Scenario } from './scenario';
import { Stack } from './stack';
import { graphOf } from './templates';
import { handler as keeper } from '../../../src/processing/function/keeper.lambda';
import * as drain from '../../../src/teardown/function/drain.lambda';
import * as eniSweep from '../../../src/teardown/function/eni-sweep.lambda';
import { ProviderFramework } from '../../support/provider-framework';
import { Chance } from '../../support/virtual-aws/chance';
import { SdkCalls } from '../../support/virtual-aws/sdk-calls';
import { Timeline } from '../../support/virtual-aws/timeline';
import { VirtualClock } from '../../support/virtual-aws/virtual-clock';
import { VirtualEc2 } from '../../support/virtual-aws/virtual-ec2';
import { RunBehaviour, runId, VirtualGlue, VirtualRun } from '../../support/virtual-aws/virtual-glue';

/** Deletions of one stack until it is gone; each one after what the last one named has been dealt with. */
const MAX_ATTEMPTS = 5;

/** A deletion that takes longer than this hangs: two custom resources of an hour, and the rest. */
const ATTEMPT_MINUTES = 180;

const NOON = new Date('2026-03-01T12:00:00Z');
const YESTERDAY = new Date('2026-02-28T12:00:00Z');

const HANDLERS = {
  'Custom::ClickstreamDrain': drain,
  'Custom::ClickstreamEniSweep': eniSweep,
} as never;

/** One stack in one scenario, with everything virtual but the handlers and CDK's framework. */
export class Simulation {
  readonly timeline: Timeline;
  readonly stack: Stack;
  attempts = 0;
  private readonly clock = new VirtualClock(NOON);
  private readonly chance: Chance;
  private readonly glue: VirtualGlue;
  private readonly ec2: VirtualEc2;
  private readonly deployed: DeployedStack;
  private readonly traffic: EventTraffic;
  private readonly sdk: SdkCalls;
  private readonly runs: { -readonly [Key in keyof RunBehaviour]: RunBehaviour[Key] };
  /** Foreign interfaces that must survive; the one in the job's group is the operator's to remove. */
  private foreign = 0;
  private readonly interfacesOf = new Map<string, string[]>();

  constructor(private readonly scenario: Scenario) {
    const { clock } = this;
    const graph = graphOf(scenario.variant);
    this.timeline = new Timeline(clock);
    this.chance = new Chance(scenario.seed);
    this.runs = behaviourOf(scenario);
    const { timeline, chance } = this;
    this.glue = new VirtualGlue(clock, timeline, chance, this.runs, {
      runBegan: run => this.runBegan(run), runEnded: run => this.runEnded(run),
    });
    if (scenario.variant.includes('scheduled')) this.glue.defaultArguments = { '--mode': 'drain' };
    this.ec2 = new VirtualEc2(clock, timeline, chance,
      { lagMinutes: scenario.interfaceLag, glueDeletesAfter: scenario.glueDeletesAfter });
    this.traffic = new EventTraffic(clock, chance);
    this.sdk = new SdkCalls(
      { glue: this.glue.respond, ec2: this.ec2.respond, cloudWatch: () => this.incomingRecords() }, chance);
    this.deployed = new DeployedStack({
      graph,
      clock,
      timeline,
      chance,
      glue: this.glue,
      ec2: this.ec2,
      traffic: this.traffic,
      scenario,
      framework: new ProviderFramework(clock, timeline, this.sdk),
      handlers: HANDLERS,
    });
    this.stack = new Stack(graph, clock, timeline, chance, this.deployed);
    this.deployed.exists = id => this.stack.exists(id);
    this.stack.onFailure = (id, reason) => this.checkReason(id, reason);
    Object.assign(process.env, {
      JOB_NAME: 'job',
      JOB_ARN: 'arn:job',
      STREAM_NAME: 'stream',
      METRICS_NAMESPACE: 'Clicks',
      CONTINUOUS: String(!scenario.variant.includes('scheduled')),
      LONGEST_GAP_SECONDS: '3600',
    });
  }

  /** Creates the resources one by one. */
  async create(): Promise<void> {
    for (const id of this.stack.creationOrder()) {
      const reason = await this.createOne(id);
      if (reason) this.timeline.violation(id, `CREATE_FAILED ${reason}`);
    }
  }

  /** Creates so many resources and fails with the next one, whose handler, if it has one, Lambda ends. */
  async createUntilFailure(count: number): Promise<void> {
    const order = this.stack.creationOrder();
    for (const id of order.slice(0, count)) await this.createOne(id);
    this.deployed.kill = { invocation: 1, call: 1 };
    if (this.stack.graph.find(/^Custom::Clickstream/).includes(order[count])) await this.createOne(order[count]);
    this.timeline.note('stack', `creation fails with ${order[count]}`);
  }

  /** Deletes the stack, again and again, until it is gone or the failures do not end. */
  async deleteUntilGone(rollsBackCreation = false): Promise<void> {
    this.sdk.throttled = this.scenario.throttled;
    this.deployed.kill = this.scenario.kill;
    for (this.attempts = 1; this.attempts <= MAX_ATTEMPTS; this.attempts += 1) {
      this.timeline.note('stack', `deletion ${this.attempts} begins`);
      this.stack.startDeletion(rollsBackCreation);
      await this.clock.run(ATTEMPT_MINUTES, () => !this.stack.isDeleting);
      if (this.stack.isDeleting) this.timeline.violation('stack', `hangs after ${ATTEMPT_MINUTES} minutes`);
      if (this.stack.left.length === 0) return this.checkNothingIsLeft();
      if (this.stack.failures.size === 0) this.timeline.violation('stack', 'neither gone nor failed');
      if (this.timeline.violations.length > 0) return;
      await this.dealWithFailures();
    }
    this.timeline.violation('stack', `not gone after ${MAX_ATTEMPTS} deletions`);
  }

  /** Runs that ended long ago, and the one of the scenario. */
  async useJob(): Promise<void> {
    const { run, endedRuns, foreignInterfaces, foreignInGroup, roleGone } = this.scenario;
    for (let index = 0; index < endedRuns; index += 1) {
      this.glue.runs.push({
        id: runId(9000 + index), state: 'FAILED', startedOn: YESTERDAY, completedOn: YESTERDAY, arguments: {}, stops: 0,
      });
    }
    await this.clock.run(10);
    for (; this.foreign < foreignInterfaces; this.foreign += 1) this.addForeign('another-group');
    if (foreignInGroup && this.hasNetwork) this.addForeign('sg');
    if (run === 'none' || this.glue.active.length > 0) return;
    const started = this.glue.start();
    if (run !== 'starting') await this.clock.run(5, () => started.state === 'RUNNING');
    if (run === 'ended') this.glue.end(started, 'FAILED');
    if (roleGone) this.ec2.jobRoleExists = false;
  }

  private async createOne(id: string): Promise<string | undefined> {
    const reason = await this.deployed.create(id);
    this.stack.create(id);
    if (/KeeperCheck[0-9A-F]{8}$/.test(id)) this.callKeeper(id);
    return reason;
  }

  private get hasNetwork(): boolean {
    return this.stack.graph.find('AWS::Glue::Connection').length > 0;
  }

  private addForeign(groupId: string): void {
    // In the job's own VPC, whose subnet the stack deletes, only the endpoints have interfaces.
    this.ec2.create({ groupId, subnetId: 'another-subnet', vpcId: 'vpc', description: 'mine', owner: 'foreign' });
  }

  private runBegan(run: VirtualRun): void {
    this.traffic.readBy(run, this.glue);
    if (!this.hasNetwork) return;
    const made = Array.from({ length: this.scenario.workers }, () => this.ec2.create({
      groupId: 'sg',
      subnetId: this.jobSubnet(),
      vpcId: 'vpc',
      owner: 'glue',
      description: `Attached to Glue using role: ${JOB_ROLE}`,
    }));
    this.interfacesOf.set(run.id, made.map(({ id }) => id));
  }

  private runEnded(run: VirtualRun): void {
    this.traffic.readUpTo(run);
    this.ec2.release(this.interfacesOf.get(run.id) ?? []);
  }

  private jobSubnet(): string {
    const [id] = this.stack.graph.find('AWS::Glue::Connection');
    const connection = this.stack.graph.template.Resources[id].Properties as {
      ConnectionInput: { PhysicalConnectionRequirements: { SubnetId: { Ref?: string } } };
    };
    return connection.ConnectionInput.PhysicalConnectionRequirements.SubnetId.Ref ?? 'subnet';
  }

  private incomingRecords(): object {
    return { Datapoints: this.traffic.received > 0 ? [{ Sum: this.traffic.received }] : [] };
  }

  /** EventBridge calls the keeper every minute as long as its rule exists; one call may come late. */
  private callKeeper(rule: string): void {
    if (!this.stack.exists(rule)) return;
    this.clock.after(this.chance.between(0.5, 1.5), async () => {
      try {
        await this.sdk.invoke(() => keeper({ trigger: 'check' }));
      } catch (error) {
        this.timeline.note('keeper', `${error}`); // it is called again
      }
      this.callKeeper(rule);
    });
  }

  private checkNothingIsLeft(): void {
    const { timeline, glue, ec2, scenario } = this;
    const [glues, foreign] = ['glue', 'foreign'].map(kind =>
      [...ec2.interfaces.values()].filter(({ owner, groupId }) =>
        owner === kind && (kind === 'glue' || groupId !== 'sg')));
    if (foreign.length < this.foreign) timeline.violation('stack', 'a foreign interface is gone');
    if (scenario.onTimeout === 'CONTINUE') return; // it says in the log what is left
    if (glue.active.length > 0) timeline.violation('stack', 'gone, but a run is active');
    if (glues.length > 0) timeline.violation('stack', `gone, but ${glues.length} interfaces are left`);
  }

  /** A reason must name something that is left, or the error that ended the handler. */
  private checkReason(id: string, reason: string): void {
    const names = [...this.ec2.interfaces.keys(), ...this.glue.runs.map(run => run.id)];
    const { kill, throttled } = this.scenario;
    const causes = [...kill ? ['Task timed out'] : [], ...throttled ? ['Rate exceeded'] : []];
    if (![...names, ...causes, 'too many DPUs'].some(text => reason.includes(text))) {
      this.timeline.violation(id, `its reason does not name anything that is left: ${reason}`);
    }
    if (!id.includes('Teardown') && this.scenario.onTimeout === 'FAIL') {
      this.timeline.violation(id, 'failed, although the teardown should have waited for it');
    }
  }

  /** What the reasons tell the operator to do; then some hours pass. */
  private async dealWithFailures(): Promise<void> {
    Object.assign(this.runs, behaviourOf({ ...CALM, retryAfter: this.scenario.retryAfter }));
    this.sdk.throttled = 0;
    await this.clock.run(4 * 60);
    for (const [id, { owner, groupId }] of this.ec2.interfaces) {
      if (groupId === 'sg' && (owner === 'foreign' || !this.ec2.jobRoleExists)) this.ec2.interfaces.delete(id);
    }
    this.glue.active.forEach(run => this.glue.end(run, 'STOPPED'));
  }
}

function behaviourOf(scenario: Scenario): RunBehaviour {
  const { stopMinutes, stopsNeeded, retryAfter, lastDrain, drainMinutes } = scenario;
  return {
    startMinutes: 2,
    stopMinutes,
    stopsNeeded,
    retryAfter,
    refuses: lastDrain === 'refused',
    drain: { ends: lastDrain === 'refused' ? 'SUCCEEDED' : lastDrain, minutes: drainMinutes },
  };
}
