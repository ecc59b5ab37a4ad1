import { GiveUpProperties, name } from './delete-request';
import { isActive, JobRun } from '../../processing/function/job-runs';

/** Properties of the custom resource that ends the job's runs before the job is deleted. */
export interface DrainProperties extends GiveUpProperties {
  readonly JobName: string;
  readonly JobArn: string;
  /** Value of the stack tag that the job must carry. */
  readonly Stack: string;
  readonly StreamName: string;
  /** `true` when the data are kept, so that a last drain reads the stream before it is deleted. */
  readonly LastDrain: string;
}

/** The next step of a deletion. */
export type Step =
  | { readonly action: 'finish' | 'wait' | 'startLastDrain' }
  | { readonly action: 'stop'; readonly runIds: string[] }
  | { readonly action: 'giveUp'; readonly reason: string };

export interface Situation {
  readonly target: DrainProperties;
  /** Logical id of the custom resource. */
  readonly logicalId: string;
  readonly startedAt: Date;
  readonly now: Date;
  readonly runs: readonly JobRun[];
}

/** Limit of BatchStopJobRun. */
const MAX_STOPS_PER_CALL = 25;

/**
 * Time without a run after which no other one appears: a request that the collector still serves, a call of the keeper
 * that still runs, and a retry of Glue's after a failed run are over by then.
 */
const QUIET_MS = 60_000;

/** Share of the time limit after which the last drain is stopped, so that it ends within the limit. */
const LAST_DRAIN_SHARE = 2 / 3;

/** Constant for a job, so that an update never makes CloudFormation delete the resource and stop the job. */
export function drainId({ JobName }: DrainProperties): string {
  return `${JobName}/drain`;
}

/** Arguments of a run that reads the stream up to the present and ends, whatever the job's own mode is. */
export const LAST_DRAIN_ARGUMENTS = { '--mode': 'drain' };

/** Time that the last drain has, from the beginning of the deletion. */
export function lastDrainSeconds({ TimeoutSeconds }: GiveUpProperties): number {
  return Number(TimeoutSeconds) * LAST_DRAIN_SHARE;
}

/**
 * Ends the runs and, if the data are kept, lets one last drain read what the collector has acknowledged. Everything is
 * decided by the runs that Glue lists, so a poll that is cut off or sent twice does no harm.
 */
export function nextStep(situation: Situation): Step {
  const active = situation.runs.filter(isActive);
  return active.length > 0 ? endRuns(situation, active) : afterRuns(situation);
}

function endRuns(situation: Situation, active: readonly JobRun[]): Step {
  const { target } = situation;
  const seconds = secondsSinceStart(situation);
  if (seconds >= Number(target.TimeoutSeconds)) return { action: 'giveUp', reason: describeActiveRuns(target, active) };
  const mayRun = (run: JobRun) => run === lastDrain(situation) && seconds < lastDrainSeconds(target);
  const runIds = active.filter(run => run.state !== 'STOPPING' && !mayRun(run)).map(run => run.id);
  return runIds.length > 0 ? { action: 'stop', runIds } : { action: 'wait' };
}

function afterRuns(situation: Situation): Step {
  const { target, startedAt, now, runs } = situation;
  const ends = runs.map(run => run.completedOn?.getTime() ?? 0);
  const quietSince = Math.max(startedAt.getTime(), ...ends);
  if (now.getTime() - quietSince < QUIET_MS) return { action: 'wait' };
  const drain = lastDrain(situation);
  if (target.LastDrain !== 'true' || drain?.state === 'SUCCEEDED') return { action: 'finish' };
  if (drain) return { action: 'giveUp', reason: describeLastDrain(situation, `run ${drain.id} ${endOf(drain)}`) };
  if (secondsSinceStart(situation) < lastDrainSeconds(target)) return { action: 'startLastDrain' };
  const late = `the runs before it took ${lastDrainSeconds(target)} s to end: ${name(runs.map(run => run.id))}`;
  return { action: 'giveUp', reason: describeLastDrain(situation, late) };
}

/** Ids in portions for BatchStopJobRun. */
export function inPortions(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / MAX_STOPS_PER_CALL) },
    (_, portion) => ids.slice(portion * MAX_STOPS_PER_CALL, (portion + 1) * MAX_STOPS_PER_CALL));
}

/** Says why acknowledged events may not have been read, and what to do. */
export function describeLastDrain({ target, logicalId }: Situation, outcome: string): string {
  return `The last drain of the Glue job ${target.JobName} did not succeed (${outcome.slice(0, 500)}), and events that `
    + 'the collector acknowledged may still be in the stream. Repair the cause and delete the stack again; or, to '
    + 'lose these events: aws cloudformation delete-stack '
    + `--stack-name ${target.Stack} --retain-resources ${logicalId}`;
}

/** Names the runs that are left and the command that stops them. */
export function describeActiveRuns({ JobName, TimeoutSeconds }: DrainProperties, active: readonly JobRun[]): string {
  const stoppable = active.slice(0, MAX_STOPS_PER_CALL).map(run => run.id);
  return `${active.length} run(s) of the Glue job ${JobName} did not end within ${TimeoutSeconds} s: `
    + `${name(active.map(run => `${run.id} ${run.state}`))}. Stop them with: `
    + `aws glue batch-stop-job-run --job-name ${JobName} --job-run-ids ${stoppable.join(' ')}; `
    + 'then delete the stack again.';
}

/** The last drain of this deletion, which cannot have started before it. */
function lastDrain({ startedAt, runs }: Situation): JobRun | undefined {
  return runs.find(run => run.startedOn && run.startedOn >= startedAt
    && Object.entries(LAST_DRAIN_ARGUMENTS).every(([key, value]) => run.arguments?.[key] === value));
}

function secondsSinceStart({ startedAt, now }: Situation): number {
  return (now.getTime() - startedAt.getTime()) / 1000;
}

function endOf({ state, error }: JobRun): string {
  return `ended ${state}${error ? `: ${error}` : ''}`;
}
