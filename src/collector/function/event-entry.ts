import { badEventEntry } from './bad-event';
import { anonymise } from './client-address';
import { CollectorSettings } from './environment';
import { InvalidEventError } from './errors';
import { EventIds } from './event-id';
import { Entry, eventLine, requireFit } from './lines';
import { Batch, CollectEndpoint, EventDraft, Member } from './protocols/protocol';
import { CollectorRequest } from './request';
import { validateEvent } from './validate-event';
import { Source } from './write-key';
import { CanonicalEvent } from '../../contract/generated';

/** The request that an event came with, and who sent it. */
export interface Surroundings {
  readonly endpoint: CollectEndpoint;
  readonly batch: Batch;
  readonly source: Source;
  readonly request: CollectorRequest;
  readonly settings: CollectorSettings;
  readonly ids: EventIds;
}

/**
 * The line of one of a request's events: mapped by its protocol, stamped and validated, or a bad event that says why
 * not.
 */
export function entryOf(member: Member, index: number, around: Surroundings): Entry {
  try {
    const event = stamp(around.batch.draft(member), index, around);
    validateEvent(event);
    return { event, line: requireFit(eventLine(event)) };
  } catch (error) {
    const { endpoint, source, request } = around;
    return badEventEntry(member, asInvalid(error), {
      index,
      protocol: endpoint.protocol,
      app_id: source.appId,
      request,
    });
  }
}

/** A mapping that fails on one client's event is our defect, but it may neither cost the event nor its neighbours. */
function asInvalid(error: unknown): InvalidEventError {
  if (error instanceof InvalidEventError) return error;
  return new InvalidEventError('mapping_failed', `The event could not be mapped (${(error as Error).name}).`);
}

/** Adds the fields that the collector sets whatever the protocol. */
function stamp(
  draft: EventDraft,
  index: number,
  { endpoint, source, request, settings, ids }: Surroundings,
): CanonicalEvent {
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

/** The client's address as far as it may be stored: one in the event counts more than the connection's. */
function storedAddress(
  { ip_address: given }: EventDraft, request: CollectorRequest, { clientIp }: CollectorSettings,
): string | undefined {
  if (request.anonymous) return undefined;
  return given === undefined ? request.clientAddress : anonymise(given, clientIp);
}
