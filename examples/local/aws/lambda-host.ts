/** Runs a function's bundle as Lambda does: own process, own environment only, one request at a time, a deadline. */
import { ChildProcess, fork } from 'child_process';
import { join } from 'path';
import { createInterface } from 'readline';
import { REGION } from './intrinsics';
import { OUT_OF_CTRL_C, remember } from '../support/processes';
import { LambdaFunction } from './template';

export type FailureKind = 'timeout' | 'crash' | 'handler';

/** The invocation ended without a result. */
export class InvocationError extends Error {
  constructor(readonly kind: FailureKind, message: string) {
    super(message);
  }
}

export interface LambdaHostOptions {
  /** Variables that Lambda or the platform adds: endpoint and credentials of the emulator. */
  readonly platformEnvironment?: Readonly<Record<string, string>>;
  /** Requests beyond that many wait their turn. @default 4 */
  readonly maxInstances?: number;
  /** Gets every line the function writes to stdout and stderr, as CloudWatch Logs would. */
  onLogLine(line: string): void;
}

interface Invocation {
  readonly event: unknown;
  readonly requestId: string;
  resolve(result: unknown): void;
  reject(error: InvocationError): void;
}

type Message = { ready: true } | { result: unknown } | { error: { errorType: string; errorMessage: string } };

/** A real function has credentials in its environment; the emulator accepts any. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_SESSION_TOKEN: 'local' };
const DEFAULT_INSTANCES = 4;

export class LambdaHost {
  private readonly instances = new Set<Instance>();
  private readonly waiting: Invocation[] = [];
  private closed = false;

  constructor(private readonly lambda: LambdaFunction, private readonly options: LambdaHostOptions) {}

  /** Those of the running instances, the oldest first. */
  get processIds(): number[] {
    return [...this.instances].flatMap(({ processId }) => processId ?? []);
  }

  /** @throws InvocationError */
  invoke(event: unknown, requestId: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ event, requestId, resolve, reject });
      this.dispatch();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.instances].map(instance => instance.kill()));
  }

  private dispatch() {
    while (this.waiting.length > 0 && !this.closed) {
      const instance = [...this.instances].find(({ idle }) => idle) ?? this.start();
      if (instance === undefined) return;
      const invocation = this.waiting.shift();
      if (invocation === undefined) return;
      void instance.run(invocation).finally(() => this.dispatch());
    }
  }

  private start(): Instance | undefined {
    if (this.instances.size >= (this.options.maxInstances ?? DEFAULT_INSTANCES)) return undefined;
    const instance = new Instance(this.lambda, this.options, () => this.instances.delete(instance));
    this.instances.add(instance);
    return instance;
  }
}

/** One execution environment. */
class Instance {
  idle = true;
  private readonly child: ChildProcess;
  private readonly ready: Promise<boolean>;
  private readonly exited: Promise<void>;

  constructor(private readonly lambda: LambdaFunction, options: LambdaHostOptions, onExit: () => void) {
    const child = remember(fork(join(__dirname, 'lambda-instance.cjs'), [lambda.assetPath, lambda.handler], {
      env: {
        ...CREDENTIALS,
        AWS_REGION: REGION,
        AWS_LAMBDA_FUNCTION_NAME: lambda.name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMegabytes),
        ...options.platformEnvironment,
        ...lambda.environment,
      },
      ...OUT_OF_CTRL_C,
      // not this process's own: tsx's loader has no business in there
      execArgv: [`--max-old-space-size=${lambda.memoryMegabytes}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    }));
    for (const output of [child.stdout, child.stderr]) {
      if (output) createInterface(output).on('line', line => options.onLogLine(line));
    }
    this.child = child;
    this.exited = new Promise(resolve => child.once('exit', () => { onExit(); resolve(); }));
    const loaded = new Promise<boolean>(resolve => child.once('message', () => resolve(true)));
    this.ready = Promise.race([loaded, this.exited.then(() => false)]);
  }

  get processId(): number | undefined {
    return this.child.pid;
  }

  /** Resolves once the invocation is settled, and never rejects. */
  async run(invocation: Invocation): Promise<void> {
    this.idle = false;
    if (!await this.ready) {
      invocation.reject(new InvocationError('crash', `${this.lambda.name} ended while it was starting`));
      return;
    }
    const milliseconds = this.lambda.timeoutSeconds * 1000;
    const deadline = Date.now() + milliseconds;
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<'timeout'>(resolve => { timer = setTimeout(() => resolve('timeout'), milliseconds); });
    const answered = new Promise<Message>(resolve => {
      this.child.once('message', message => resolve(message as Message));
    });
    // a failing send means that the child is gone, which `exited` tells
    this.child.send({ event: invocation.event, requestId: invocation.requestId, deadline }, () => undefined);
    const end = await Promise.race([answered, timedOut, this.exited.then((): 'crash' => 'crash')]);
    clearTimeout(timer);
    if (end === 'timeout') await this.kill();
    this.settle(invocation, end);
    this.idle = typeof end === 'object';
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private settle({ resolve, reject }: Invocation, end: Message | 'timeout' | 'crash') {
    const { name, timeoutSeconds } = this.lambda;
    const fail = (kind: FailureKind, what: string) => reject(new InvocationError(kind, `${name} ${what}`));
    if (end === 'timeout') return fail('timeout', `timed out after ${timeoutSeconds.toFixed(2)} seconds`);
    if (end === 'crash') return fail('crash', 'exited while it was working on a request');
    if ('error' in end) return fail('handler', `threw ${end.error.errorType}: ${end.error.errorMessage}`);
    return resolve('result' in end ? end.result : undefined);
  }
}
