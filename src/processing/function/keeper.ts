import type { JobRun } from './job-runs';
import { DRAINING_TAG } from '../../contract/tags';

/** State of the job when the keeper is called. */
export interface Observation {
  readonly now: Date;
  /** A run is due, or a run has ended. */
  readonly trigger: 'schedule' | 'runEnded';
  readonly continuous: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** When the script or the arguments of the job last changed. */
  readonly jobModifiedOn?: Date;
  readonly activeRuns: readonly JobRun[];
  readonly endedRuns: readonly JobRun[];
}

/** The keeper's next action. */
export type Decision =
  | { readonly action: 'start' }
  | { readonly action: 'stop'; readonly runIds: string[] }
  | { readonly action: 'rest'; readonly reason: 'running' | 'stopping' | 'draining' | 'not due' }
  | { readonly action: 'break'; readonly recentStarts: number };

const HOUR = 3_600_000;

/** A teardown that failed half-way must not stop the keeper for ever. */
const DRAINING_HOURS = 2;

/** A job that ends this often within an hour is broken, and every start costs money. */
const MAX_STARTS_PER_HOUR = 5;

const FAILED_STATES = new Set(['FAILED', 'TIMEOUT', 'ERROR']);

/**
 * Keeps exactly one run going: always for a continuous job, once per schedule for a scheduled one. It decides by the
 * state of the job and not by the events received, so a lost or repeated event does no harm.
 */
export function decide(seen: Observation): Decision {
  if (isDraining(seen)) return { action: 'rest', reason: 'draining' };
  if (seen.activeRuns.length > 0) {
    return seen.continuous ? replaceOutdated(seen) : { action: 'rest', reason: 'running' };
  }
  if (!seen.continuous && seen.trigger !== 'schedule') return { action: 'rest', reason: 'not due' };
  const recentStarts = seen.endedRuns.filter(run => countsAsBroken(run, seen)).length;
  if (recentStarts >= MAX_STARTS_PER_HOUR) return { action: 'break', recentStarts };
  return { action: 'start' };
}

/** Whether Glue's state says that a run failed. */
export function isFailure(state: string): boolean {
  return FAILED_STATES.has(state);
}

function isDraining({ tags, now }: Observation): boolean {
  const [time] = (tags[DRAINING_TAG] ?? '').split(' ');
  const since = Date.parse(time);
  return now.getTime() - since < DRAINING_HOURS * HOUR; // false for NaN: no tag, or not a time
}

/**
 * A run started before a deployment has the old script and arguments. It must end before the next one starts, because
 * two drivers on one table could lose commits.
 */
function replaceOutdated({ activeRuns, jobModifiedOn }: Observation): Decision {
  const outdated = activeRuns.filter(run => jobModifiedOn && run.startedOn && run.startedOn < jobModifiedOn);
  const runIds = outdated.filter(run => run.state !== 'STOPPING').map(run => run.id);
  if (runIds.length > 0) return { action: 'stop', runIds };
  return { action: 'rest', reason: outdated.length > 0 ? 'stopping' : 'running' };
}

/** A continuous job should not end at all, and a scheduled one should not fail. */
function countsAsBroken(run: JobRun, { now, continuous }: Observation): boolean {
  const recent = run.startedOn !== undefined && now.getTime() - run.startedOn.getTime() < HOUR;
  return recent && (continuous || isFailure(run.state));
}
