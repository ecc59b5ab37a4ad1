import { Chance } from './virtual-aws/chance';
import { SdkCalls } from './virtual-aws/sdk-calls';
import { Timeline } from './virtual-aws/timeline';
import { VirtualClock } from './virtual-aws/virtual-clock';
import { VirtualGlue, VirtualRun } from './virtual-aws/virtual-glue';
import { handler } from '../../src/processing/function/keeper.lambda';

/** Half a day of a job, its keeper and EventBridge. Times are minutes. */
export interface KeeperScenario {
  readonly seed: number;
  readonly beginsContinuous: boolean;
  /** When a deployment changes between continuous and scheduled. */
  readonly modeChanges: readonly number[];
  /** When a deployment changes anything else. */
  readonly deployments: readonly number[];
  /** Shares of the events that are lost, or delivered twice. */
  readonly lostEvents: number;
  /** Every event of the schedule is lost. */
  readonly lostSchedule: boolean;
  readonly repeatedEvents: number;
  readonly latestMinutes: number;
  readonly failsPerHour: number;
  readonly stopsNeeded: number;
  readonly eventsPerHour: number;
}

const DURATION = 12 * 60;

/** A run must be there, and an outdated one gone, within this time. */
const RESTART = 10;

const INTERVAL = 60;
const STOP = 2;

/** A record waits for the next start, for the run, and for one that failed or whose start came late. */
const LONGEST_WAIT = 2 * INTERVAL + 30;

/** @returns the timeline, with every promise that the keeper broke */
export async function keepJob(scenario: KeeperScenario): Promise<Timeline> {
  const { log } = console;
  console.log = () => undefined; // the keeper reports every call
  try {
    return await new KeeperSimulation(scenario).run();
  } finally {
    console.log = log;
    jest.restoreAllMocks();
    jest.useRealTimers();
  }
}

class KeeperSimulation {
  private readonly clock = new VirtualClock(new Date('2026-03-01T12:00:00Z'));
  private readonly timeline = new Timeline(this.clock);
  private readonly chance: Chance;
  private readonly glue: VirtualGlue;
  private readonly sdk: SdkCalls;
  private readonly records: number[] = [];
  private readUntil = -Infinity;
  private continuous: boolean;
  private idleSince = 0;
  private changedAt = 0;

  constructor(private readonly scenario: KeeperScenario) {
    const { clock, timeline } = this;
    this.chance = new Chance(scenario.seed);
    this.continuous = scenario.beginsContinuous;
    this.glue = new VirtualGlue(clock, timeline, this.chance, {
      startMinutes: 2, stopMinutes: STOP, stopsNeeded: scenario.stopsNeeded, drain: { ends: 'SUCCEEDED', minutes: 3 },
    }, { runBegan: () => undefined, runEnded: run => this.runEnded(run) });
    this.glue.tags = {};
    this.sdk = new SdkCalls({ glue: this.glue.respond, cloudWatch: (_, input) => this.metrics(input) }, this.chance);
  }

  async run(): Promise<Timeline> {
    this.deploy();
    this.every(1, () => this.deliver({ trigger: 'check' }));
    this.every(INTERVAL, () => {
      if (!this.continuous && !this.scenario.lostSchedule) this.deliver({ trigger: 'schedule' });
    });
    this.every(1, () => this.check());
    if (this.scenario.eventsPerHour > 0) this.every(60 / this.scenario.eventsPerHour, () => this.receive());
    this.scenario.deployments.forEach(time => this.clock.after(time, () => this.deploy()));
    this.scenario.modeChanges.forEach(time => this.clock.after(time, () => {
      this.continuous = !this.continuous;
      this.deploy();
    }));
    await this.clock.run(DURATION);
    if (this.glue.secondRunsRefused > 0) this.timeline.violation('keeper', 'asked for a second run');
    return this.timeline;
  }

  private every(minutes: number, act: () => unknown): void {
    this.clock.after(minutes, async () => {
      await act();
      this.every(minutes, act);
    });
  }

  private deploy(): void {
    this.glue.modifiedOn = this.clock.now;
    this.glue.defaultArguments = { '--mode': this.continuous ? 'continuous' : 'drain' };
    this.changedAt = this.clock.minutes;
    this.timeline.note('deployment', this.continuous ? 'continuous' : 'scheduled');
  }

  /** EventBridge: at least once, mostly. */
  private deliver(event: { trigger: 'check' | 'schedule' | 'runEnded'; state?: string }): void {
    const { lostEvents, repeatedEvents, latestMinutes } = this.scenario;
    if (this.chance.happens(lostEvents)) return;
    const times = this.chance.happens(repeatedEvents) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      this.clock.after(this.chance.between(0, latestMinutes), () => this.sdk.invoke(async () => {
        Object.assign(process.env, {
          JOB_NAME: 'job',
          JOB_ARN: 'arn:job',
          STREAM_NAME: 'stream',
          METRICS_NAMESPACE: 'Clicks',
          CONTINUOUS: String(this.continuous),
          LONGEST_GAP_SECONDS: this.continuous ? '' : String(INTERVAL * 60),
        });
        await handler(event);
      }));
    }
  }

  private runEnded(run: VirtualRun): void {
    if (run.state === 'SUCCEEDED') this.readUntil = this.minutesAt(run.startedOn);
    this.deliver({ trigger: 'runEnded', state: run.state });
  }

  private receive(): void {
    this.records.push(this.clock.minutes);
  }

  private metrics({ StartTime }: { StartTime: Date }): object {
    const Sum = this.records.filter(time => time >= this.minutesAt(StartTime)).length;
    return { Datapoints: [{ Sum }] };
  }

  private check(): void {
    const { glue, chance, scenario, continuous } = this;
    const [active] = glue.active;
    if (active?.state === 'RUNNING' && chance.happens(scenario.failsPerHour / 60)) glue.end(active, 'FAILED');
    this.checkOutdated();
    if (continuous) this.checkContinuous();
    else this.checkScheduled();
  }

  /** As many stops as it needs, a minute or a lost event apart. */
  private checkOutdated(): void {
    const { glue, scenario, clock } = this;
    const limit = RESTART * scenario.stopsNeeded + STOP;
    const outdated = glue.active.find(run => run.startedOn < glue.modifiedOn);
    if (outdated && clock.minutes - this.changedAt > limit) {
      this.timeline.violation('keeper', `${outdated.id} is older than the last deployment and still ${outdated.state}`);
    }
  }

  private checkContinuous(): void {
    const { glue, clock } = this;
    if (glue.active.length > 0 || this.isBroken()) this.idleSince = clock.minutes;
    if (clock.minutes - Math.max(this.idleSince, this.changedAt) > RESTART) {
      this.timeline.violation('keeper', `no run for ${RESTART} minutes`);
    }
  }

  private checkScheduled(): void {
    const { clock, glue } = this;
    const waiting = this.records.find(time => time > this.readUntil);
    const since = Math.max(waiting ?? Infinity, this.changedAt);
    if (clock.minutes - since > LONGEST_WAIT && !this.isBroken()) {
      this.timeline.violation('keeper', `a record has waited for ${LONGEST_WAIT} minutes`);
    }
    const [latest, before] = glue.runs;
    const needless = before?.state === 'SUCCEEDED' && before.startedOn >= glue.modifiedOn
      && !this.records.some(time => time >= this.minutesAt(before.startedOn) - 5);
    if (needless) this.timeline.violation('keeper', `${latest.id} had nothing to read`);
  }

  /** Five starts within an hour open the breaker. */
  private isBroken(): boolean {
    const hourAgo = this.clock.now.getTime() - 3_600_000;
    return this.glue.runs.filter(({ startedOn }) => startedOn.getTime() > hourAgo).length >= 5;
  }

  private minutesAt(time: Date): number {
    return (time.getTime() - this.clock.startedAt.getTime()) / 60_000;
  }
}
