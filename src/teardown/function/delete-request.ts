/** Request of CloudFormation to a custom resource, as CDK's provider framework passes it on. */
export interface LifecycleEvent<Properties> {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** The same when a request is delivered twice. */
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
}

/** Request of a poll, to which the framework adds the result of the first call. */
export interface PollEvent<Properties> extends LifecycleEvent<Properties> {
  /** When the deletion began, in ISO 8601. */
  readonly StartedAt?: string;
}

export interface LifecycleResult {
  readonly PhysicalResourceId: string;
  readonly StartedAt?: string;
}

export interface PollResult { readonly IsComplete: boolean }

/** Properties that say when to give up. CloudFormation passes every property as text. */
export interface GiveUpProperties {
  readonly TimeoutSeconds: string;
  /** FAIL or CONTINUE. */
  readonly OnTimeout: string;
}

/** CloudFormation refuses a response above 4,096 bytes, of which the framework and the ids take some hundred. */
const MAX_REASON_BYTES = 3000;

/** Number of leftovers that a reason names. */
const MAX_NAMED = 20;

/** Something is left, and waiting does not help. The message becomes the reason that CloudFormation shows. */
export class TeardownIncompleteError extends Error {
  constructor(message: string) {
    super(Buffer.from(message).subarray(0, MAX_REASON_BYTES).toString());
    this.name = 'TeardownIncompleteError';
    this.stack = this.message; // the framework appends it to the reason, which would become too long
  }
}

export function startOf({ StartedAt }: PollEvent<unknown>): Date {
  const startedAt = new Date(StartedAt ?? '');
  if (Number.isNaN(startedAt.getTime())) {
    throw new Error(`StartedAt must be the time of the first call, got '${StartedAt}'`);
  }
  return startedAt;
}

export function isTimeUp(event: PollEvent<GiveUpProperties>, now: Date): boolean {
  return now.getTime() - startOf(event).getTime() >= Number(event.ResourceProperties.TimeoutSeconds) * 1000;
}

/** Answer to the first call, of a resource that does nothing but wait when it is deleted. */
export function noteStart<P>({ RequestType, PhysicalResourceId }: LifecycleEvent<P>, id: string): LifecycleResult {
  if (RequestType !== 'Delete') return { PhysicalResourceId: id };
  return { PhysicalResourceId: PhysicalResourceId ?? id, StartedAt: new Date().toISOString() };
}

/** Answer to a poll. Work that fails for the moment is left to the next poll, until the time is up. */
export async function poll<P extends GiveUpProperties>(
  event: PollEvent<P>, work: (event: PollEvent<P>) => Promise<PollResult>,
): Promise<PollResult> {
  if (event.RequestType !== 'Delete') return { IsComplete: true };
  try {
    return await work(event);
  } catch (error) {
    if (!isTransient(error) || isTimeUp(event, new Date())) throw error;
    return { IsComplete: false };
  }
}

/**
 * Lets the deletion go on with a warning in the log, if it is configured to continue.
 *
 * @throws TeardownIncompleteError otherwise, with `reason`
 */
export function giveUp(properties: GiveUpProperties, reason: string): PollResult {
  if (properties.OnTimeout !== 'CONTINUE') throw new TeardownIncompleteError(reason);
  console.log(JSON.stringify({ level: 'warn', message: 'going on without waiting for what is left', left: reason }));
  return { IsComplete: true };
}

/** Names the first leftovers and counts the rest. */
export function name(leftovers: string[]): string {
  const more = leftovers.length - MAX_NAMED;
  return leftovers.slice(0, MAX_NAMED).join('; ') + (more > 0 ? `; and ${more} more` : '');
}

interface SdkError {
  readonly name: string;
  readonly $metadata: { readonly httpStatusCode?: number };
  readonly $retryable: object;
}

/** An error that passes, although the SDK gave up retrying. The next poll tries again. */
export function isTransient(error: unknown): boolean {
  const { name: code = '', $metadata, $retryable } = error as Partial<SdkError>;
  return $retryable !== undefined || ($metadata?.httpStatusCode ?? 0) >= 500
    || /Throttl|TooManyRequests|RequestLimitExceeded|Timeout|SlowDown|InternalError/.test(code);
}
