import { GetJobRunsCommand, GlueClient } from '@aws-sdk/client-glue';

/** A run of the job, as Glue describes it. */
export interface JobRun {
  readonly id: string;
  readonly state: string;
  readonly startedOn?: Date;
}

/**
 * States that a run does not leave.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
 */
const TERMINAL_STATES = new Set(['STOPPED', 'SUCCEEDED', 'FAILED', 'TIMEOUT', 'ERROR', 'EXPIRED']);

export function isActive(run: JobRun): boolean {
  return !TERMINAL_STATES.has(run.state);
}

/**
 * Lists the job's runs page by page, until a page holds only runs that started before `since`. Glue lists the newest
 * runs first.
 */
export async function listRuns(glue: GlueClient, jobName: string, since?: Date): Promise<JobRun[]> {
  const runs: JobRun[] = [];
  let token: string | undefined;
  do {
    const page = await glue.send(new GetJobRunsCommand({ JobName: jobName, NextToken: token, MaxResults: 200 }));
    const found = (page.JobRuns ?? []).map(run => ({
      id: run.Id ?? '', state: run.JobRunState ?? '', startedOn: run.StartedOn,
    }));
    runs.push(...found);
    const old = since && found.length > 0 && found.every(run => run.startedOn && run.startedOn < since);
    token = old ? undefined : page.NextToken;
  } while (token);
  return runs;
}
