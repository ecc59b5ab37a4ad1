import { GiveUpProperties, name } from './delete-request';
import type { JobRun } from '../../processing/function/job-runs';

/** Properties of the custom resource that ends the job's runs before the job is deleted. */
export interface DrainProperties extends GiveUpProperties {
  readonly JobName: string;
  readonly JobArn: string;
  /** value of the stack tag that the job must carry */
  readonly Stack: string;
}

/** BatchStopJobRun takes this many. */
const MAX_STOPS_PER_CALL = 25;

/** Constant for a job, so that an update never makes CloudFormation delete the resource, that is, stop the job. */
export function drainId({ JobName }: DrainProperties): string {
  return `${JobName}/drain`;
}

/** Ids of the runs still to be stopped, in portions for BatchStopJobRun. */
export function runsToStop(active: JobRun[]): string[][] {
  const ids = active.filter(run => run.state !== 'STOPPING').map(run => run.id);
  return Array.from({ length: Math.ceil(ids.length / MAX_STOPS_PER_CALL) },
    (_, portion) => ids.slice(portion * MAX_STOPS_PER_CALL, (portion + 1) * MAX_STOPS_PER_CALL));
}

export function describeActiveRuns({ JobName, TimeoutSeconds }: DrainProperties, active: JobRun[]): string {
  return `${active.length} run(s) of the Glue job ${JobName} did not end within ${TimeoutSeconds} s: `
    + `${name(active.map(run => `${run.id} ${run.state}`))}. Stop them with: `
    + `aws glue batch-stop-job-run --job-name ${JobName} --job-run-ids ${active.slice(0, MAX_STOPS_PER_CALL).map(run => run.id).join(' ')}; `
    + 'then delete the stack again.';
}
