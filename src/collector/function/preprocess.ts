import { pathToFileURL } from 'url';
import { hookFailureEntry } from './bad-event';
import { InvalidEventError } from './errors';
import { MAX_PREPROCESS_MS } from './limits';
import { Entry, eventLine, requireFit } from './lines';
import { CollectorRequest } from './request';
import { uuidV5 } from './uuid';
import { validateEvent } from './validate-event';
import { CanonicalEvent } from '../../contract/generated';

/** Payload columns: JSON on a line, values for the hook. */
const PAYLOADS = ['properties', 'traits', 'contexts', 'consent'] as const;
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'x-write-key']);

/** An event as the hook sees it: canonical, its payloads as values. */
export type PreprocessEvent = Record<string, unknown>;

/** The part of a request that the hook sees: no secret, and no more of the client than may be stored. */
export interface PreprocessRequest {
  readonly id: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly receivedAt: number;
}

/** The hook's result: the event, several events, or nothing to drop it. */
type HookResult = PreprocessEvent | readonly PreprocessEvent[] | null | undefined;

/** The user's own step before storing: returns the event, several events, or nothing to drop it. */
export type Preprocess = (event: PreprocessEvent, request: PreprocessRequest) => HookResult | Promise<HookResult>;

/** A module that never finishes loading must not keep requests waiting; what loads at all takes far less. */
const MAX_LOAD_MS = 3_000;

/**
 * Not `require`: of ES modules Lambda does not allow it.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
const importFile = (path: string): Promise<unknown> => import(pathToFileURL(path).href);

/**
 * Loads the hook: what a module exports as `preprocess`. One that cannot be loaded fails for each event, so that every
 * one is kept as a bad event.
 */
export async function loadPreprocess(path: string, importModule: typeof importFile = importFile): Promise<Preprocess> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not loaded after ${MAX_LOAD_MS} ms`)), MAX_LOAD_MS);
  });
  try {
    const { preprocess } = await Promise.race([importModule(path), tooSlow]) as { preprocess?: Preprocess };
    return typeof preprocess === 'function' ? preprocess : unavailable(`${path} exports no function "preprocess".`);
  } catch (error) {
    return unavailable(`${path} cannot be loaded: ${String(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(reason: string): Preprocess {
  return () => { throw new InvalidEventError('preprocess_unavailable', reason, '', 'preprocess'); };
}

/** Runs the hook over a request's events. Whatever it does, no event is lost and no request fails. */
export async function preprocessed(
  entries: readonly Entry[],
  request: CollectorRequest,
  hook: Preprocess,
): Promise<Entry[]> {
  const seen: PreprocessRequest = {
    id: request.id,
    path: request.path,
    headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !SECRET_HEADERS.has(name))),
    receivedAt: request.receivedAt,
  };
  const deadline = Date.now() + MAX_PREPROCESS_MS;
  const results: Entry[] = [];
  for (const entry of entries) {
    results.push(...(entry.event ? await preprocessEvent(entry.event, seen, hook, deadline) : [entry]));
  }
  return results;
}

async function preprocessEvent(
  event: CanonicalEvent, request: PreprocessRequest, hook: Preprocess, deadline: number,
): Promise<Entry[]> {
  try {
    const returned = await inTime(() => hook(forHook(event), request), deadline);
    const events = Array.isArray(returned)
      ? returned
      : [returned].filter(given => given !== undefined && given !== null);
    return events.map((changed, index) => entryOf(changed, event, index));
  } catch (error) {
    return [hookFailureEntry(event, asFailure(error))];
  }
}

function asFailure(error: unknown): InvalidEventError {
  return error instanceof InvalidEventError
    ? error
    : new InvalidEventError('preprocess_failed', String(error), '', 'preprocess');
}

async function inTime(run: () => HookResult | Promise<HookResult>, deadline: number): Promise<HookResult> {
  const tooSlow = new InvalidEventError(
    'preprocess_timeout',
    `The hook took more than ${MAX_PREPROCESS_MS} ms for the request.`,
    '',
    'preprocess',
  );
  if (Date.now() >= deadline) throw tooSlow;
  const returned = run();
  if (!isPromise(returned)) return returned;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow), deadline - Date.now());
  });
  return Promise.race([returned, timeout]).finally(() => clearTimeout(timer));
}

function isPromise(returned: HookResult | Promise<HookResult>): returned is Promise<HookResult> {
  return typeof (returned as Promise<HookResult> | undefined)?.then === 'function';
}

function forHook(event: CanonicalEvent): PreprocessEvent {
  const seen: PreprocessEvent = { ...event };
  for (const column of PAYLOADS) {
    if (event[column] !== undefined) seen[column] = JSON.parse(event[column]);
  }
  return Object.fromEntries(Object.entries(seen).filter(([, value]) => value !== undefined));
}

/** Each event that the hook splits off needs an id of its own, which is the same when the request comes again. */
function entryOf(changed: unknown, original: CanonicalEvent, index: number): Entry {
  if (typeof changed !== 'object' || changed === null) {
    throw new InvalidEventError('invalid_event', 'The hook returned something that is no event.', '', 'preprocess');
  }
  const given = changed as PreprocessEvent;
  const payloads = PAYLOADS.filter(column => typeof given[column] === 'object' && given[column] !== null);
  const isCopy = index > 0 && (given.event_id === undefined || given.event_id === original.event_id);
  const event = {
    ...given,
    ...Object.fromEntries(payloads.map(column => [column, JSON.stringify(given[column])])),
    ...(isCopy && { event_id: uuidV5(`${original.event_id}#${index}`) }),
  };
  validateEvent(event);
  const canonical = event as unknown as CanonicalEvent; // just validated
  return { event: canonical, line: requireFit(eventLine(canonical)) };
}
