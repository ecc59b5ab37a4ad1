/** The processes of a measurement, which end with this one. */
import { ChildProcess, fork } from 'child_process';
import { join } from 'path';
import type { APIGatewayProxyEvent } from 'aws-lambda';

/** The cost of a round of requests. */
export interface Round {
  /** user and system time of the function's process, all its threads */
  readonly cpuSeconds: number;
  /** milliseconds */
  readonly p50: number;
  readonly p99: number;
  /** number of answers by HTTP status */
  readonly statuses: Readonly<Record<string, number>>;
  /** of the process since its start */
  readonly peakRssMib: number;
}

export type Environment = Readonly<Record<string, string>>;

/** Lambda's variables, and no warnings about Node's version, which would slow every cold start. */
const PLATFORM = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
  NODE_NO_WARNINGS: '1',
};

/** The stub of Kinesis. */
export class StubKinesis {
  static async start(): Promise<StubKinesis> {
    // No execArgv: the measured process is plain Node, without tsx.
    const child = fork(join(__dirname, 'stub-kinesis.cjs'), { execArgv: [] });
    const { port } = await answer<{ port: number }>(child);
    return new StubKinesis(child, `http://127.0.0.1:${port}`);
  }

  private constructor(private readonly child: ChildProcess, readonly endpoint: string) {}

  stop(): void {
    this.child.disconnect();
  }
}

/** A function with its requests. */
export class MeasuredFunction {
  /** @param module file that exports `handler` */
  static async start(
    module: string, endpoint: string, environment: Environment, requests: readonly APIGatewayProxyEvent[],
  ) {
    const child = fork(join(__dirname, 'measured-function.cjs'), [module], {
      execArgv: [],
      env: { ...PLATFORM, AWS_ENDPOINT_URL_KINESIS: endpoint, STREAM_NAME: 'clicks', ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'], // its log goes nowhere, as cheaply as into Lambda's pipe
    });
    const started = new MeasuredFunction(child);
    await started.give(requests);
    return started;
  }

  private constructor(private readonly child: ChildProcess) {}

  /** Replaces the requests of the next rounds. */
  async give(requests: readonly APIGatewayProxyEvent[]): Promise<void> {
    this.child.send({ requests });
    await answer(this.child);
  }

  run(count: number): Promise<Round> {
    this.child.send({ count });
    return answer<Round>(this.child);
  }

  stop(): void {
    this.child.disconnect();
  }
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`a measured process ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', message => {
      child.removeListener('exit', onExit);
      resolve(message as T);
    });
  });
}
