import { anonymise } from './client-address';
import { CollectorSettings } from './environment';
import { DecodeError, InvalidEventError, Refusal } from './errors';
import { EventIds } from './event-id';
import { JsonValue } from './json';
import { badEventLine, eventLine, keptBytes, requireFit } from './lines';
import { withoutKeys } from './protocols/mapping';
import { BadMember, Batch, CollectEndpoint, Endpoint, EventDraft, Member } from './protocols/protocol';
import { CollectorRequest } from './request';
import { Answer, failure, nothing } from './responses';
import { route } from './route';
import { validateEvent } from './validate-event';
import { presentedKeys, Source } from './write-key';
import { BadEvent, CanonicalEvent } from '../../contract/generated';

/** A line for the stream, and the event in it, unless it is a bad one. */
export interface Entry { readonly line: string; readonly event?: CanonicalEvent }

/** What a request comes to: lines for the stream, and the answer that may be given once they are stored. */
export interface Collected {
  readonly entries: readonly Entry[];
  readonly answer: Answer;
  readonly accepted: number;
  /** number of bad events by error code */
  readonly bad: Readonly<Record<string, number>>;
}

/** Turns a request into lines and an answer. Pure: it neither stores nor logs. */
export function collect(request: CollectorRequest, settings: CollectorSettings): Collected {
  if (request.method === 'OPTIONS') return reply(nothing);
  const routed = route(request);
  return 'answer' in routed ? reply(routed.answer) : serve(routed.endpoints, request, settings);
}

function reply(answer: Answer): Collected {
  return { entries: [], answer, accepted: 0, bad: {} };
}

function serve([first, ...others]: readonly Endpoint[], request: CollectorRequest, settings: CollectorSettings): Collected {
  if (first.kind === 'reply') {
    try {
      return reply(first.reply(request, key => settings.writeKeys.authenticate(presentedKeys(request, { body: key }))));
    } catch (error) {
      if (error instanceof Refusal) return reply(failure(error.status, error.code, error.message));
      throw error;
    }
  }
  const candidates = [first, ...others].filter(endpoint => endpoint.kind === 'collect');
  try {
    const content = first.read(request);
    const endpoint = candidates.find(candidate => candidate.claims?.(content) ?? true) ?? first;
    return collectEvents(endpoint, content, request, settings);
  } catch (error) {
    if (error instanceof Refusal) return refuse(first, error, request);
    throw error;
  }
}

function collectEvents(endpoint: CollectEndpoint, content: JsonValue, request: CollectorRequest, settings: CollectorSettings): Collected {
  const batch = endpoint.split(content, request);
  const source = settings.writeKeys.authenticate(presentedKeys(request, { body: batch.writeKey, appId: batch.appId }));
  if (batch.members.length > endpoint.maxEvents) {
    throw new DecodeError('too_many_events', `The request has ${batch.members.length} events; at most ${endpoint.maxEvents} are taken.`, 413);
  }
  const ids = new EventIds(request.id, source.id ?? '');
  const results = batch.members.map((member, index) => collectMember(member, index, { endpoint, batch, source, request, settings, ids }));
  const rejected = results.flatMap(result => result.bad ?? []);
  const accepted = results.length - rejected.length;
  return {
    entries: results,
    answer: endpoint.answer({ accepted, rejected }, request),
    accepted,
    bad: countByCode(rejected),
  };
}

interface Surroundings {
  readonly endpoint: CollectEndpoint;
  readonly batch: Batch;
  readonly source: Source;
  readonly request: CollectorRequest;
  readonly settings: CollectorSettings;
  readonly ids: EventIds;
}

interface MemberResult extends Entry { readonly bad?: BadMember }

function collectMember(member: Member, index: number, around: Surroundings): MemberResult {
  try {
    const event = stamp(around.batch.draft(member), index, around);
    validateEvent(event);
    return { event, line: requireFit(eventLine(event)) };
  } catch (error) {
    return badMember(member, index, asInvalid(error), around);
  }
}

/** A mapping that fails on one client's event is our defect, but it may neither cost the event nor its neighbours. */
function asInvalid(error: unknown): InvalidEventError {
  if (error instanceof InvalidEventError) return error;
  return new InvalidEventError('mapping_failed', `The event could not be mapped (${(error as Error).name}).`);
}

function stamp(draft: EventDraft, index: number, { endpoint, source, request, settings, ids }: Surroundings): CanonicalEvent {
  return {
    ...draft,
    event_id: ids.of(draft),
    protocol: draft.protocol ?? endpoint.protocol,
    app_id: source.appId ?? draft.app_id ?? 'default',
    source_id: source.id,
    request_id: request.id,
    batch_index: index,
    received_ts: request.receivedAt,
    user_agent: draft.user_agent ?? request.headers['user-agent'],
    privacy_mode: draft.privacy_mode ?? (request.anonymous ? 'anonymous' : undefined),
    network_user_id: request.anonymous ? undefined : draft.network_user_id ?? knownCookie(request),
    ip_address: storedAddress(draft, request, settings),
  };
}

function knownCookie({ cookie }: CollectorRequest): string | undefined {
  return cookie?.isNew === false ? cookie.id : undefined;
}

/** Where the client is, as far as it may be stored: an address in the event counts more than the connection's. */
function storedAddress({ ip_address: given }: EventDraft, request: CollectorRequest, { clientIp }: CollectorSettings): string | undefined {
  if (request.anonymous) return undefined;
  return given === undefined ? request.clientAddress : anonymise(given, clientIp);
}

function badMember(member: Member, index: number, error: InvalidEventError, { endpoint, source, request }: Surroundings): MemberResult {
  const path = [member.path, error.path].filter(part => part !== '').join('.');
  const line = badEventLine({
    ...badEvent(endpoint, error, request),
    app_id: source.appId,
    batch_index: index,
    error_path: path === '' ? undefined : path,
    ...keptBytes(Buffer.from(JSON.stringify(withoutKeys(member.value)))),
  });
  return { line, bad: { index, code: error.code, message: error.message, path } };
}

/** Either tells the client or, in a family that would resend for ever, keeps the request as one bad event. */
function refuse(endpoint: CollectEndpoint, refusal: Refusal, request: CollectorRequest): Collected {
  const answer = endpoint.refuse(refusal);
  if (answer) return reply(answer);
  // A pixel has its content in the query.
  const received = request.body.length > 0 ? request.body : Buffer.from(JSON.stringify(withoutKeys(request.query)));
  const rejected = { index: 0, code: refusal.code, message: refusal.message, path: '' };
  return {
    entries: [{ line: badEventLine({ ...badEvent(endpoint, refusal, request), ...keptBytes(received) }) }],
    answer: endpoint.answer({ accepted: 0, rejected: [rejected] }, request),
    accepted: 0,
    bad: countByCode([rejected]),
  };
}

function badEvent(endpoint: CollectEndpoint, error: Refusal | InvalidEventError, request: CollectorRequest): BadEvent {
  return {
    received_ts: request.receivedAt,
    protocol: endpoint.protocol,
    request_id: request.id,
    stage: error.stage,
    error_code: error.code,
    error_message: error.message,
  };
}

function countByCode(bad: readonly BadMember[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of bad) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
