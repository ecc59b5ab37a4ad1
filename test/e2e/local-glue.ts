/** Glue with the template's job, whose runs are real Spark drivers, and CloudWatch with the metric of its stream. */
import { randomUUID } from 'crypto';
import { createServer, IncomingMessage, ServerResponse } from 'http';
import { json } from 'stream/consumers';
import { SparkRun, SparkRunOptions } from '../../examples/local/aws';
import { close, listen } from '../../examples/local/support';
import { FastClock } from '../support/fast-clock';

export interface LocalGlueOptions extends SparkRunOptions {
  readonly clock: FastClock;
  /** The job's. */
  readonly tags: Readonly<Record<string, string>>;
  /** The number of records that the stream has got. */
  incomingRecords(): Promise<number>;
}

export interface Run {
  readonly id: string;
  readonly startedOn: Date;
  /** What StartJobRun was given. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly spark: SparkRun;
  state: 'STARTING' | 'RUNNING' | 'STOPPING' | 'STOPPED' | 'SUCCEEDED' | 'FAILED';
  completedOn?: Date;
}

interface Input {
  readonly Arguments?: Record<string, string>;
  readonly JobRunIds?: readonly string[];
  readonly TagsToAdd?: Record<string, string>;
}

class ServiceError extends Error {}

const seconds = (time?: Date) => time && time.getTime() / 1000;

export class LocalGlue {
  static async start(options: LocalGlueOptions): Promise<LocalGlue> {
    const glue = new LocalGlue(options);
    glue.port = await listen(glue.server, 0, 'glue');
    return glue;
  }

  /** The newest first. */
  readonly runs: Run[] = [];
  private tags: Readonly<Record<string, string>>;
  private port = 0;
  private readonly server = createServer((request, response) => void this.serve(request, response));

  private constructor(private readonly options: LocalGlueOptions) {
    this.tags = options.tags;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private get active(): Run[] {
    return this.runs.filter(({ completedOn }) => completedOn === undefined);
  }

  /** @param given replace the job's arguments of the same name */
  startRun(given: Readonly<Record<string, string>> = {}): Run {
    if (this.active.length > 0) throw new ServiceError('ConcurrentRunsExceededException');
    const { job, clock } = this.options;
    const own = { ...this.options, job: { ...job, arguments: { ...job.arguments, ...given } } };
    const spark = new SparkRun(own, ({ type }) => { if (type === 'started') run.state = 'RUNNING'; });
    const run: Run = { id: `jr_${randomUUID()}`, startedOn: clock.now, arguments: given, spark, state: 'STARTING' };
    this.runs.unshift(run);
    void spark.exited.then(code => {
      run.state = run.state === 'STOPPING' ? 'STOPPED' : code === 0 ? 'SUCCEEDED' : 'FAILED';
      run.completedOn = clock.now;
    });
    return run;
  }

  async stop(): Promise<void> {
    await close(this.server);
    await Promise.all(this.active.map(({ spark }) => spark.stop()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse) {
    const operation = String(request.headers['x-amz-target']).split('.')[1];
    const answer = await this.answer(operation, await json(request) as Input).then(
      result => ({ status: 200, body: result }),
      (error: Error) => ({ status: 400, body: { __type: error.message, message: error.message } }));
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer.body));
  }

  private async answer(operation: string, input: Input): Promise<object> {
    switch (operation) {
      case 'GetTags': return { Tags: this.tags };
      case 'TagResource': return this.tag(input.TagsToAdd);
      case 'GetJobRuns': return { JobRuns: this.runs.map(describeRun) };
      case 'BatchStopJobRun': return this.stopRuns(input.JobRunIds);
      case 'StartJobRun': return { JobRunId: this.startRun(input.Arguments).id };
      case 'GetMetricStatistics': return { Datapoints: [{ Sum: await this.options.incomingRecords() }] };
      default: throw new ServiceError(`unexpected ${operation}`);
    }
  }

  private tag(more: Record<string, string> = {}): object {
    this.tags = { ...this.tags, ...more };
    return {};
  }

  /** The answer does not wait for the runs' ends. */
  private stopRuns(ids: readonly string[] = []): object {
    for (const run of this.active.filter(({ id }) => ids.includes(id))) {
      run.state = 'STOPPING';
      void run.spark.stop();
    }
    return { Errors: [] };
  }
}

function describeRun(run: Run): object {
  return {
    Id: run.id,
    JobRunState: run.state,
    StartedOn: seconds(run.startedOn),
    CompletedOn: seconds(run.completedOn),
    Arguments: run.arguments,
  };
}
