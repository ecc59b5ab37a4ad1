import { GiveUpProperties, name } from './delete-request';
import type { JobRun } from '../../processing/function/job-runs';

/** Properties of the custom resource that ends the job's runs before the job is deleted. */
export interface DrainProperties extends GiveUpProperties {
  readonly JobName: string;
  readonly JobArn: string;
  /** Value of the stack tag that the job must carry. */
  readonly Stack: string;
}

/** Limit of BatchStopJobRun. */
const MAX_STOPS_PER_CALL = 25;

/** Constant for a job, so that an update never makes CloudFormation delete the resource and stop the job. */
export function drainId({ JobName }: DrainProperties): string {
  return `${JobName}/drain`;
}

/** Ids of the runs that are still to be stopped, in portions for BatchStopJobRun. */
export function runsToStop(active: JobRun[]): string[][] {
  const ids = active.filter(run => run.state !== 'STOPPING').map(run => run.id);
  return Array.from({ length: Math.ceil(ids.length / MAX_STOPS_PER_CALL) },
    (_, portion) => ids.slice(portion * MAX_STOPS_PER_CALL, (portion + 1) * MAX_STOPS_PER_CALL));
}

/** Names the runs that are left and the command that stops them. */
export function describeActiveRuns({ JobName, TimeoutSeconds }: DrainProperties, active: JobRun[]): string {
  const stoppable = active.slice(0, MAX_STOPS_PER_CALL).map(run => run.id);
  return `${active.length} run(s) of the Glue job ${JobName} did not end within ${TimeoutSeconds} s: `
    + `${name(active.map(run => `${run.id} ${run.state}`))}. Stop them with: `
    + `aws glue batch-stop-job-run --job-name ${JobName} --job-run-ids ${stoppable.join(' ')}; `
    + 'then delete the stack again.';
}
