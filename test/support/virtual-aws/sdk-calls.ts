import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { GlueClient } from '@aws-sdk/client-glue';
import { Chance } from './chance';

/** A virtual service: the response to a command, by the command's name without `Command`. */
export type Respond = (command: string, input: any) => object; // eslint-disable-line @typescript-eslint/no-explicit-any

/** Lambda ends a handler of this package after this time. */
const HANDLER_SECONDS = 60;

/** The SDK's longest pause between two attempts, and its first one after throttling. */
const LONGEST_PAUSE_SECONDS = 20;
const FIRST_PAUSE_SECONDS = 0.5;

/** One invocation of a handler. Its calls take virtual seconds, and Lambda ends it when they are too many. */
export class Invocation {
  /** Resolves when Lambda ends the handler. */
  readonly killed: Promise<never>;
  seconds = 0;
  private kill!: (reason: Error) => void;
  private calls = 0;

  /** @param killedAtCall ends the handler in this call, however much time is left */
  constructor(private readonly killedAtCall = Infinity) {
    this.killed = new Promise((_, reject) => { this.kill = reject; });
    this.killed.catch(() => undefined);
  }

  /** Never resolves once the handler is ended. */
  async spend(seconds: number): Promise<void> {
    this.seconds += seconds;
    jest.setSystemTime(Date.now() + seconds * 1000); // for the handler; the clock sets it back for the others
    if (this.seconds < HANDLER_SECONDS) return;
    this.kill(new Error(`Task timed out after ${HANDLER_SECONDS}.00 seconds`));
    await new Promise(() => undefined);
  }

  async call(): Promise<void> {
    this.calls += 1;
    if (this.calls >= this.killedAtCall) await this.spend(HANDLER_SECONDS);
  }
}

/** Lets every SDK client of the process call the virtual services, with latency, throttling and the SDK's retries. */
export class SdkCalls {
  /** Share of the attempts that are throttled. */
  throttled = 0;
  private current = new Invocation();

  constructor(
    services: { readonly glue: Respond; readonly ec2?: Respond; readonly cloudWatch?: Respond },
    private readonly chance: Chance,
  ) {
    this.serve(GlueClient.prototype, services.glue);
    this.serve(EC2Client.prototype, services.ec2);
    this.serve(CloudWatchClient.prototype, services.cloudWatch);
  }

  /** What the last invocation took. */
  get seconds(): number {
    return this.current.seconds;
  }

  /** @throws what the handler throws, and an error when Lambda ends it */
  async invoke<T>(handler: () => Promise<T>, killedAtCall?: number): Promise<T> {
    this.current = new Invocation(killedAtCall);
    return Promise.race([handler(), this.current.killed]);
  }

  private serve(prototype: object, respond?: Respond): void {
    const calls = this;
    jest.spyOn(prototype as GlueClient, 'send').mockImplementation(async function (
      this: GlueClient, command: { constructor: { name: string }; input: object },
    ) {
      if (!respond) throw new Error(`unexpected ${command.constructor.name}`);
      await calls.attempts(await this.config.maxAttempts());
      const answer = respond(command.constructor.name.replace(/Command$/, ''), command.input);
      await calls.current.call(); // a call that is cut off has had its effect
      return answer as never;
    } as never);
  }

  private async attempts(maxAttempts: number): Promise<void> {
    const { chance } = this;
    for (let attempt = 1; ; attempt += 1) {
      await this.current.spend(chance.between(0.05, 0.3));
      if (!chance.happens(this.throttled)) return;
      if (attempt >= maxAttempts) throw awsError('ThrottlingException', 'Rate exceeded');
      const pause = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (attempt - 1));
      await this.current.spend(chance.between(0, pause));
    }
  }
}

export function awsError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}
