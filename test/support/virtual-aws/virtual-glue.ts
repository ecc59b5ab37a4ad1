import { Chance } from './chance';
import { awsError } from './sdk-calls';
import { Timeline } from './timeline';
import { VirtualClock } from './virtual-clock';

export interface VirtualRun {
  readonly id: string;
  state: string;
  readonly startedOn: Date;
  completedOn?: Date;
  readonly arguments: Record<string, string>;
  stops: number;
  error?: string;
}

/** How runs behave. Times are minutes. */
export interface RunBehaviour {
  /** From the start until it runs. */
  readonly startMinutes: number;
  /** From the stop that takes effect until it has ended. */
  readonly stopMinutes: number;
  /** Number of stops until one takes effect. */
  readonly stopsNeeded: number;
  /** How a drain ends, and after what time. */
  readonly drain: { readonly ends: 'SUCCEEDED' | 'FAILED' | 'never'; readonly minutes: number };
  /** Minutes after which a run that was stopped comes back as a new run, once. */
  readonly retryAfter?: number;
  /** Glue refuses to start runs. */
  readonly refuses?: boolean;
}

export interface RunObserver {
  /** A run has its workers. */
  runBegan(run: VirtualRun): void;
  runEnded(run: VirtualRun): void;
}

const TERMINAL = ['STOPPED', 'SUCCEEDED', 'FAILED', 'TIMEOUT', 'ERROR', 'EXPIRED'];

/** Runs of one page, few enough that lists have several. */
const PAGE = 5;

/** As long as Glue's own ids. */
export function runId(number: number): string {
  return `jr_${String(number).padStart(64, '0')}`;
}

/** Glue with one job: its tags, its runs and what they do in time. */
export class VirtualGlue {
  readonly runs: VirtualRun[] = [];
  tags?: Record<string, string>;
  defaultArguments: Record<string, string> = {};
  /** Requests for a second run beside an active one. */
  secondRunsRefused = 0;
  createdOn: Date;
  modifiedOn: Date;
  private retried = false;

  constructor(
    private readonly clock: VirtualClock, private readonly timeline: Timeline, private readonly chance: Chance,
    private readonly behaviour: RunBehaviour, private readonly observer: RunObserver,
  ) {
    this.createdOn = clock.now;
    this.modifiedOn = clock.now;
  }

  get active(): VirtualRun[] {
    return this.runs.filter(run => !TERMINAL.includes(run.state));
  }

  start(args: Record<string, string> = {}, id = runId(this.runs.length + 1)): VirtualRun {
    const run: VirtualRun = { id, state: 'STARTING', startedOn: this.clock.now, arguments: args, stops: 0 };
    this.runs.unshift(run);
    if (this.active.length > 1) this.timeline.violation('Glue', `${id} starts beside another run`);
    this.timeline.note('Glue', `${id} is starting, ${this.mode(run)}`);
    this.clock.after(this.behaviour.startMinutes * this.chance.between(0.5, 1), () => this.begin(run));
    return run;
  }

  end(run: VirtualRun, state: string, error?: string): void {
    if (TERMINAL.includes(run.state)) return;
    Object.assign(run, { state, error, completedOn: this.clock.now });
    this.timeline.note('Glue', `${run.id} ${state}`);
    this.observer.runEnded(run);
  }

  mode(run: VirtualRun): string {
    return run.arguments['--mode'] ?? this.defaultArguments['--mode'] ?? 'continuous';
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly respond = (command: string, input: any): object => {
    if (!this.tags) throw awsError('EntityNotFoundException', 'the job does not exist');
    switch (command) {
      case 'GetTags': return { Tags: { ...this.tags } };
      case 'TagResource': return this.tag({ ...this.tags, ...input.TagsToAdd });
      case 'UntagResource': return this.tag({ ...this.tags, [input.TagsToRemove[0]]: undefined });
      case 'GetJob': return { Job: { CreatedOn: this.createdOn, LastModifiedOn: this.modifiedOn } };
      case 'GetJobRuns': return this.page(Number(input.NextToken ?? 0));
      case 'BatchStopJobRun': return this.stop(input.JobRunIds);
      case 'StartJobRun': return this.startRequested(input.Arguments);
      default: throw new Error(`unexpected ${command}`);
    }
  };

  private tag(tags: Record<string, string | undefined>): object {
    this.tags = Object.fromEntries(Object.entries(tags).filter((tag): tag is [string, string] => tag[1] !== undefined));
    return {};
  }

  private begin(run: VirtualRun): void {
    if (run.state !== 'STARTING') return;
    run.state = 'RUNNING';
    this.observer.runBegan(run);
    const { ends, minutes } = this.behaviour.drain;
    if (this.mode(run) !== 'drain' || ends === 'never') return;
    this.clock.after(minutes * this.chance.between(0.5, 1), () => {
      if (run.state === 'RUNNING') this.end(run, ends, ends === 'FAILED' ? 'the query raw failed' : undefined);
    });
  }

  private page(from: number): object {
    const next = from + PAGE;
    return {
      JobRuns: this.runs.slice(from, next).map(run => ({
        Id: run.id,
        JobRunState: run.state,
        StartedOn: run.startedOn,
        CompletedOn: run.completedOn,
        Arguments: run.arguments,
        ErrorMessage: run.error,
      })),
      NextToken: next < this.runs.length ? String(next) : undefined,
    };
  }

  private stop(ids: string[]): object {
    if (ids.length > 25) throw awsError('InvalidInputException', `${ids.length} runs in one call`);
    for (const run of this.active.filter(({ id }) => ids.includes(id))) {
      run.stops += 1;
      this.timeline.note('Glue', `stop ${run.stops} of ${run.id} ${run.state}`);
      if (run.state === 'STOPPING' || run.stops < this.behaviour.stopsNeeded) continue;
      run.state = 'STOPPING';
      this.clock.after(this.behaviour.stopMinutes * this.chance.between(0.2, 1), () => this.end(run, 'STOPPED'));
      this.retryLate(run);
    }
    return { Errors: [] };
  }

  /** Glue's own retry is a run of its own that appears after its predecessor has ended. */
  private retryLate(run: VirtualRun): void {
    const { retryAfter, stopMinutes } = this.behaviour;
    if (retryAfter === undefined || this.retried) return;
    this.retried = true;
    const appear = () => {
      if (!TERMINAL.includes(run.state)) return this.clock.after(0.1, appear);
      this.clock.after(retryAfter, () => {
        if (this.tags && this.active.length === 0) this.start(run.arguments, `${run.id}_attempt_1`);
      });
    };
    this.clock.after(stopMinutes * 0.2, appear);
  }

  private startRequested(args?: Record<string, string>): object {
    if (this.behaviour.refuses) throw awsError('ResourceNumberLimitExceededException', 'too many DPUs');
    if (this.active.length > 0) {
      this.secondRunsRefused += 1;
      throw awsError('ConcurrentRunsExceededException');
    }
    return { JobRunId: this.start(args).id };
  }
}
