import { dirname, join } from 'path';
import { SdkCalls } from './virtual-aws/sdk-calls';
import { Timeline } from './virtual-aws/timeline';
import { VirtualClock } from './virtual-aws/virtual-clock';

/** Request of CloudFormation to a custom resource. */
export interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Delete';
  readonly RequestId: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Record<string, string>;
}

export interface CustomResourceResponse {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason: string;
  readonly PhysicalResourceId: string;
}

export interface Handlers {
  onEvent(event: object): Promise<object>;
  isComplete(event: object): Promise<object>;
}

export interface Waiter {
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
}

/** @param definition of the state machine in the template */
export function waiterOf(definition: unknown): Waiter {
  const text = JSON.stringify(definition);
  const number = (key: string) => Number(new RegExp(`${key}\\\\+":(\\d+)`).exec(text)![1]);
  return { intervalSeconds: number('IntervalSeconds'), maxAttempts: number('MaxAttempts') };
}

/** A custom resource that is served by CDK's provider framework. */
export interface Provided {
  readonly handlers: Handlers;
  readonly waiter: Waiter;
  /** Ids of functions, roles and so on that no longer exist. */
  missingParts(): string[];
  respond(response: CustomResourceResponse): void;
  /** Call in which Lambda ends the handler, if it does in this invocation. */
  killedAtCall(): number | undefined;
}

interface Outbound {
  startExecution(request: { readonly input: string }): Promise<void>;
  invokeFunction(request: { readonly FunctionName: string; readonly Payload: string }): Promise<object>;
  httpRequest(options: object, body: string): Promise<void>;
}

interface Runtime {
  onEvent(event: object): Promise<void>;
  isComplete(event: object): Promise<void>;
  onTimeout(event: object): Promise<void>;
}

/** CloudFormation refuses a longer response. */
const MAX_RESPONSE_BYTES = 4096;

const RUNTIME = join(dirname(require.resolve('aws-cdk-lib/package.json')),
  'custom-resources', 'lib', 'provider-framework', 'runtime');

const outbound = {} as Outbound;

/** CDK's own code, of which only the calls to Lambda, Step Functions and CloudFormation are replaced. */
function loadRuntime(): Runtime {
  jest.doMock(join(RUNTIME, 'outbound.js'), () => outbound);
  return jest.requireActual(join(RUNTIME, 'framework.js'));
}

/** CDK's provider framework with its waiter, in the time of a clock. */
export class ProviderFramework {
  private readonly runtime = loadRuntime();

  /** @param sdk runs the handlers, and says how long the last invocation took */
  constructor(
    private readonly clock: Pick<VirtualClock, 'after'>,
    private readonly timeline: Pick<Timeline, 'note' | 'violation'>,
    private readonly sdk: Pick<SdkCalls, 'invoke' | 'seconds'>,
  ) {}

  async send(request: CustomResourceRequest, provided: Provided): Promise<void> {
    this.connect(request, provided);
    await this.runtime.onEvent(structuredClone(request));
  }

  /** One attempt of the waiter; another one follows after a while when the handler is not complete. */
  private async poll(input: string, attempt: number, provided: Provided): Promise<void> {
    this.connect(JSON.parse(input), provided);
    try {
      await this.runtime.isComplete(JSON.parse(input));
    } catch (retry) {
      const { message } = retry as Error;
      if (attempt > provided.waiter.maxAttempts) {
        return this.runtime.onTimeout({ Cause: JSON.stringify({ errorMessage: message }) });
      }
      const pause = provided.waiter.intervalSeconds + this.sdk.seconds;
      this.clock.after(pause / 60, () => this.poll(input, attempt + 1, provided));
    }
  }

  private connect({ LogicalResourceId: id, RequestType }: CustomResourceRequest, provided: Provided): void {
    process.env.USER_ON_EVENT_FUNCTION_ARN = 'onEvent';
    process.env.USER_IS_COMPLETE_FUNCTION_ARN = 'isComplete';
    process.env.WAITER_STATE_MACHINE_ARN = 'waiter';
    outbound.startExecution = async ({ input }) => {
      this.clock.after(1 / 60, () => this.poll(input, 1, provided));
    };
    outbound.invokeFunction = async ({ FunctionName, Payload }) => {
      const missing = provided.missingParts();
      if (missing.length > 0) this.timeline.violation(id, `${FunctionName} is called without ${missing.join(', ')}`);
      const handler = provided.handlers[FunctionName as keyof Handlers];
      return this.invoke(`${id} ${RequestType} ${FunctionName}`, () => handler(JSON.parse(Payload)), provided);
    };
    outbound.httpRequest = async (_, body) => {
      const bytes = Buffer.byteLength(body);
      if (bytes > MAX_RESPONSE_BYTES) this.timeline.violation(id, `answers with ${bytes} bytes`);
      provided.respond(JSON.parse(body));
    };
  }

  /** As Lambda does: the handler's error becomes a part of the answer. */
  private async invoke(name: string, handler: () => Promise<object>, provided: Provided): Promise<object> {
    try {
      return { Payload: JSON.stringify(await this.sdk.invoke(handler, provided.killedAtCall())) };
    } catch (error) {
      const { name: errorType, message: errorMessage, stack = '' } = error as Error;
      this.timeline.note(name, `${errorType}: ${errorMessage}`);
      const trace = /^Task timed out/.test(errorMessage) ? undefined : stack.split('\n');
      return { FunctionError: 'Unhandled', Payload: JSON.stringify({ errorType, errorMessage, trace }) };
    }
  }
}
