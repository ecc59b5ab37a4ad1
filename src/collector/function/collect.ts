import { badRequestEntry } from './bad-event';
import { entryOf } from './event-entry';
import { CollectorSettings } from './environment';
import { DecodeError, Refusal } from './errors';
import { EventIds } from './event-id';
import { JsonValue } from './json';
import { Entry } from './lines';
import { CollectEndpoint, Endpoint, ReplyEndpoint, Tally } from './protocols/protocol';
import { CollectorRequest } from './request';
import { CollectorResponse, failure, nothing } from './responses';
import { route } from './route';
import { presentedKeys } from './write-key';

/** Lines for the stream, and the response that may be sent once they are stored. */
export interface Collected {
  readonly entries: readonly Entry[];
  readonly response: CollectorResponse;
}

/** Turns a request into lines and a response. Pure: it neither stores nor logs. */
export function collect(request: CollectorRequest, settings: CollectorSettings): Collected {
  if (request.method === 'OPTIONS') return { entries: [], response: nothing };
  const routed = route(request);
  if ('response' in routed) return { entries: [], response: routed.response };
  const [first] = routed.endpoints;
  if (first.kind === 'reply') return { entries: [], response: replyOf(first, request, settings) };
  return collectEvents(first, routed.endpoints, request, settings);
}

function replyOf(
  { reply }: ReplyEndpoint,
  request: CollectorRequest,
  { writeKeys }: CollectorSettings,
): CollectorResponse {
  try {
    return reply(request, key => writeKeys.authenticate(presentedKeys(request, { body: key })));
  } catch (error) {
    if (error instanceof Refusal) return failure(error.status, error.code, error.message);
    throw error;
  }
}

/** @param shared endpoints on the request's path; the first that claims the content gets it */
function collectEvents(
  first: CollectEndpoint, shared: readonly Endpoint[], request: CollectorRequest, settings: CollectorSettings,
): Collected {
  try {
    const content = first.read(request);
    const endpoint = ownerOf(content, shared) ?? first;
    const batch = endpoint.split(content, request);
    const source = settings.writeKeys.authenticate(
      presentedKeys(request, { body: batch.writeKey, appId: batch.appId }),
    );
    requireFewEvents(batch.members.length, endpoint.maxEvents);
    const ids = new EventIds(request.id, source.id ?? '');
    const around = { endpoint, batch, source, request, settings, ids };
    const entries = batch.members.map((member, index) => entryOf(member, index, around));
    return { entries, response: endpoint.respond(tally(entries), request) };
  } catch (error) {
    if (error instanceof Refusal) return refuse(first, error, request);
    throw error;
  }
}

function ownerOf(content: JsonValue, endpoints: readonly Endpoint[]): CollectEndpoint | undefined {
  return endpoints.filter(endpoint => endpoint.kind === 'collect').find(endpoint => endpoint.claims?.(content) ?? true);
}

function requireFewEvents(events: number, max: number): void {
  if (events <= max) return;
  throw new DecodeError('too_many_events', `The request has ${events} events; at most ${max} are taken.`, 413);
}

/** Either tells the client or, in a family that would resend for ever, keeps the request as one bad event. */
function refuse(endpoint: CollectEndpoint, refusal: Refusal, request: CollectorRequest): Collected {
  const response = endpoint.refuse(refusal);
  if (response) return { entries: [], response };
  const entries = [badRequestEntry(refusal, endpoint.protocol, request)];
  return { entries, response: endpoint.respond(tally(entries), request) };
}

function tally(entries: readonly Entry[]): Tally {
  const rejected = entries.flatMap(({ rejection }) => rejection ?? []);
  return { accepted: entries.length - rejected.length, rejected };
}
