import { JobRun, lastSuccess } from './job-runs';
import { DRAINING_TAG } from '../../contract/tags';

/** State of the job when the keeper is called. */
export interface Observation {
  readonly now: Date;
  /** The keeper looks after the job, a run is due by its schedule, or a run has ended. */
  readonly trigger: 'check' | 'schedule' | 'runEnded';
  readonly continuous: boolean;
  /** Longest time between two starts of the schedule, if known. */
  readonly longestGapMs?: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly jobCreatedOn?: Date;
  /** When the script or the arguments of the job last changed. */
  readonly jobModifiedOn?: Date;
  readonly activeRuns: readonly JobRun[];
  readonly endedRuns: readonly JobRun[];
}

/** The keeper's next action. */
export type Decision =
  | { readonly action: 'start'; readonly ifRecordsSince?: Date }
  | { readonly action: 'stop'; readonly runIds: string[] }
  | { readonly action: 'rest'; readonly reason: 'running' | 'stopping' | 'draining' | 'not due' }
  | { readonly action: 'break'; readonly recentStarts: number };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A teardown that failed half-way must not stop the keeper for ever. */
const DRAINING_HOURS = 2;

/** A job that ends this often within an hour is broken, and every start costs money. */
const MAX_STARTS_PER_HOUR = 5;

/** A scheduled start that is this late got lost. */
const LATE_MS = 5 * MINUTE;

/** A continuous run that lasts this long works. */
const HEALTHY_MS = 15 * MINUTE;

const FAILED_STATES = new Set(['FAILED', 'TIMEOUT', 'ERROR']);

/**
 * Keeps exactly one run going: always for a continuous job, once per schedule for a scheduled one. It decides by the
 * state of the job and not by the events received, so a lost, late or repeated event does no harm.
 */
export function decide(seen: Observation): Decision {
  if (isDraining(seen)) return { action: 'rest', reason: 'draining' };
  if (seen.activeRuns.length > 0) return replaceOutdated(seen);
  if (!seen.continuous && !isDue(seen)) return { action: 'rest', reason: 'not due' };
  const recentStarts = seen.endedRuns.filter(run => countsAsBroken(run, seen)).length;
  if (recentStarts >= MAX_STARTS_PER_HOUR) return { action: 'break', recentStarts };
  return seen.continuous ? { action: 'start' } : { action: 'start', ifRecordsSince: readUntil(seen) };
}

/** Whether Glue's state says that a run failed. */
export function isFailure(state: string): boolean {
  return FAILED_STATES.has(state);
}

/**
 * Seconds since the job last worked: since a continuous run lasted a while, or since the start of the last drain that
 * succeeded. A job that has never worked counts from its creation.
 */
export function secondsSinceSuccess(seen: Observation): number {
  const { now, continuous, jobCreatedOn, activeRuns, endedRuns } = seen;
  const since = continuous
    ? [...activeRuns, ...endedRuns].filter(run => isHealthy(run, now)).map(run => run.completedOn ?? now)
    : [lastSuccess(endedRuns)?.startedOn];
  const times = [jobCreatedOn, ...since].map(time => time?.getTime() ?? 0);
  return (now.getTime() - Math.max(...times)) / 1000;
}

function isDraining({ tags, now }: Observation): boolean {
  const [time] = (tags[DRAINING_TAG] ?? '').split(' ');
  return now.getTime() - Date.parse(time) < DRAINING_HOURS * HOUR; // false for NaN: no tag, or not a time
}

/**
 * A run started before a deployment has the old script and arguments. It must end before the next one starts, because
 * two drivers on one table could lose commits.
 */
function replaceOutdated(seen: Observation): Decision {
  const outdated = seen.activeRuns.filter(run => isOutdated(run, seen));
  const runIds = outdated.filter(run => run.state !== 'STOPPING').map(run => run.id);
  if (runIds.length > 0) return { action: 'stop', runIds };
  return { action: 'rest', reason: outdated.length > 0 ? 'stopping' : 'running' };
}

function isOutdated({ startedOn }: JobRun, { jobModifiedOn }: Observation): boolean {
  return jobModifiedOn !== undefined && startedOn !== undefined && startedOn < jobModifiedOn;
}

/** By its schedule, as the first run, in place of one that a deployment has stopped, or because its start got lost. */
function isDue(seen: Observation): boolean {
  const { now, trigger, longestGapMs = Infinity, endedRuns: [latest] } = seen;
  if (trigger === 'schedule' || !latest) return true;
  if (latest.state === 'STOPPED' && isOutdated(latest, seen)) return true;
  return now.getTime() - (latest.startedOn?.getTime() ?? Infinity) >= longestGapMs + LATE_MS;
}

/** A drain reads what arrived before its start. After a deployment one must run, to show that the job still works. */
function readUntil(seen: Observation): Date | undefined {
  const success = lastSuccess(seen.endedRuns);
  return success && !isOutdated(success, seen) ? success.startedOn : undefined;
}

/** A continuous job should not end at all, and a scheduled one should succeed. */
function countsAsBroken(run: JobRun, { now, continuous }: Observation): boolean {
  const recent = run.startedOn !== undefined && now.getTime() - run.startedOn.getTime() < HOUR;
  return recent && (continuous || run.state !== 'SUCCEEDED');
}

function isHealthy({ state, startedOn, completedOn }: JobRun, now: Date): boolean {
  const lasted = (completedOn ?? now).getTime() - (startedOn ?? now).getTime();
  return state === 'SUCCEEDED' || (state !== 'STARTING' && lasted >= HEALTHY_MS);
}
