import { badRequestEntry } from './bad-event';
import { Content } from './decode';
import { CollectorSettings } from './environment';
import { DecodeError, RateLimitedError, Refusal } from './errors';
import { entryOf } from './event-entry';
import { EventIds } from './event-id';
import { JsonValue } from './json';
import { Entry } from './lines';
import { OutputBudget } from './output-budget';
import { protect } from './privacy';
import { CollectEndpoint, Endpoint, ReplyEndpoint, Tally } from './protocols/protocol';
import { CollectorRequest } from './request';
import { CollectorResponse, failure, nothing, originNotAllowed } from './responses';
import { route } from './route';
import { keysBeside, keysWithin, Source } from './write-key';

/** Lines for the stream, and the response that may be sent once they are stored. */
export interface Collected {
  readonly entries: readonly Entry[];
  readonly response: CollectorResponse;
  /** who sent them, if that is known */
  readonly source?: Source;
}

/**
 * Turns a request into lines and a response. It neither stores nor logs, and remembers only what a source has sent.
 * @throws {RateLimitedError}
 * @throws {KeysUnavailableError}
 */
export function collect(request: CollectorRequest, settings: CollectorSettings): Collected {
  if (request.method === 'OPTIONS') return { entries: [], response: nothing };
  const routed = route(request);
  if ('response' in routed) return { entries: [], response: routed.response };
  const [first] = routed.endpoints;
  if (first.kind === 'reply') return { entries: [], response: replyOf(first, request, settings) };
  if (settings.allowedOrigins?.allow(request.headers.origin) === false) {
    return { entries: [], response: originNotAllowed };
  }
  return collectEvents(first, routed.endpoints, request, settings);
}

function replyOf(
  { reply }: ReplyEndpoint,
  request: CollectorRequest,
  { writeKeys }: CollectorSettings,
): CollectorResponse {
  try {
    return reply(request, key => writeKeys.authenticate([...keysBeside(request), ...keysWithin({ key })]));
  } catch (error) {
    if (error instanceof Refusal) return failure(error.status, error.code, error.message);
    throw error;
  }
}

/** @param shared endpoints on the request's path; the first that claims the content gets it */
function collectEvents(
  first: CollectEndpoint,
  shared: readonly Endpoint[],
  request: CollectorRequest,
  { writeKeys }: CollectorSettings,
): Collected {
  let endpoint = first;
  let content: Content | undefined;
  let source: Source | undefined;
  const keys = keysBeside(request);
  try {
    // A key beside the body is checked before the body costs anything.
    if (keys.length > 0) source = writeKeys.authenticate(keys);
    const read = first.read(request);
    endpoint = ownerOf(read.value, shared, request) ?? first;
    keys.push(...keysWithin(endpoint.keys?.(read.value, request) ?? {}));
    const protection = { clientIp: request.clientIp, presentedKeys: new Set(writeKeys.areOpen ? [] : keys) };
    for (const part of [read.value, request.query]) protect(part, protection);
    content = read;
    source = writeKeys.authenticate(keys);
    const batch = endpoint.split(content.value, request);
    requireFewEvents(batch.size, endpoint.limits.events);
    takeFromQuota(source, batch.size, request);
    const budget = new OutputBudget(content.bytes, batch.size, endpoint.limits.outputBytes);
    const ids = new EventIds(request.id, source.id ?? '');
    const around = { batch, source, request, protocol: endpoint.protocol, ids, budget };
    const entries: Entry[] = [];
    for (let index = 0; index < batch.size; index++) entries.push(entryOf(index, around));
    return { entries, response: endpoint.respond(tally(entries), request), source };
  } catch (error) {
    if (error instanceof Refusal) return refuse(endpoint, error, request, source, content);
    throw error;
  }
}

function ownerOf(
  content: JsonValue,
  endpoints: readonly Endpoint[],
  request: CollectorRequest,
): CollectEndpoint | undefined {
  return endpoints
    .filter(endpoint => endpoint.kind === 'collect')
    .find(endpoint => endpoint.claims?.(content, request) ?? true);
}

function takeFromQuota(source: Source | undefined, events: number, { receivedAt }: CollectorRequest): void {
  if (source?.quota?.take(events, receivedAt) === false) throw new RateLimitedError(source.id);
}

function requireFewEvents(events: number, max: number): void {
  if (events <= max) return;
  throw new DecodeError('too_many_events', `The request has ${events} events; at most ${max} are taken.`, 413);
}

/**
 * Either tells the client or, in a family that would resend for ever, keeps the request as one bad event.
 * @param content without keys and with anonymised addresses, if it could be read
 */
function refuse(
  endpoint: CollectEndpoint,
  refusal: Refusal,
  request: CollectorRequest,
  source: Source | undefined,
  content: Content | undefined,
): Collected {
  const response = endpoint.refuse(refusal);
  if (response) return { entries: [], response };
  takeFromQuota(source, 1, request);
  const entries = [badRequestEntry(refusal, endpoint, request, content?.value)];
  return { entries, response: endpoint.respond(tally(entries), request) };
}

function tally(entries: readonly Entry[]): Tally {
  const rejected = entries.flatMap(({ rejection }) => rejection ?? []);
  return { accepted: entries.length - rejected.length, rejected };
}
