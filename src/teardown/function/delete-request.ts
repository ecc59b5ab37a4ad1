/** What CloudFormation asks of a custom resource, as CDK's provider framework passes it on. */
export interface LifecycleEvent<Properties> {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
}

/** The framework hands what the first call returned to every poll. */
export interface PollEvent<Properties> extends LifecycleEvent<Properties> {
  /** when the deletion began, ISO 8601 */
  readonly StartedAt?: string;
}

export interface LifecycleAnswer {
  readonly PhysicalResourceId: string;
  readonly StartedAt?: string;
}

export interface PollAnswer { readonly IsComplete: boolean }

/** CloudFormation passes every property as text. */
export interface GiveUpProperties {
  readonly TimeoutSeconds: string;
  /** FAIL or CONTINUE */
  readonly OnTimeout: string;
}

/** CloudFormation refuses an answer above 4,096 bytes, and the framework adds to the reason. */
const MAX_REASON_CHARACTERS = 3000;

/** How many leftovers a reason names. */
const MAX_NAMED = 20;

/** The time is up and something is left; the message becomes the reason CloudFormation shows. */
export class TeardownTimeoutError extends Error {
  constructor(message: string) {
    super(message.slice(0, MAX_REASON_CHARACTERS));
    this.name = 'TeardownTimeoutError';
  }
}

export function isTimeUp(event: PollEvent<GiveUpProperties>, now: Date): boolean {
  const startedAt = Date.parse(event.StartedAt ?? '');
  if (Number.isNaN(startedAt)) throw new Error(`StartedAt must be the time of the first call, got '${event.StartedAt}'`);
  return now.getTime() - startedAt >= Number(event.ResourceProperties.TimeoutSeconds) * 1000;
}

/** @returns that the deletion goes on, having said in the log what is left, when so configured; else throws */
export function giveUp(properties: GiveUpProperties, reason: string): PollAnswer {
  if (properties.OnTimeout !== 'CONTINUE') throw new TeardownTimeoutError(reason);
  console.log(JSON.stringify({ level: 'warn', message: 'going on without waiting for what is left', left: reason }));
  return { IsComplete: true };
}

/** The first leftovers, and how many more there are. */
export function name(leftovers: string[]): string {
  const more = leftovers.length - MAX_NAMED;
  return leftovers.slice(0, MAX_NAMED).join('; ') + (more > 0 ? `; and ${more} more` : '');
}

/** What the SDK gave up retrying, though it would have passed: the next poll tries again. */
export function isTransient(error: unknown): boolean {
  const { name: code = '', $metadata, $retryable } = error as { name?: string; $metadata?: { httpStatusCode?: number }; $retryable?: object };
  return $retryable !== undefined || ($metadata?.httpStatusCode ?? 0) >= 500 || /Throttl|TooManyRequests|RequestLimitExceeded|Timeout/.test(code);
}
