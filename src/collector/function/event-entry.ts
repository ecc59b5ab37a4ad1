import { badEventEntry } from './bad-event';
import { anonymise } from './client-address';
import { InvalidEventError, Refusal } from './errors';
import { EventIds } from './event-id';
import { MAX_USER_AGENT_LENGTH } from './limits';
import { Entry, eventLine, requireFit } from './lines';
import { OutputBudget } from './output-budget';
import { Batch, EventDraft, ProtocolName } from './protocols/protocol';
import { CollectorRequest } from './request';
import { validateEvent } from './validate-event';
import { Source } from './write-key';
import { CanonicalEvent } from '../../contract/generated';

/** The request that an event came with, and who sent it. */
export interface Surroundings {
  readonly batch: Batch;
  readonly source: Source;
  readonly request: CollectorRequest;
  readonly protocol: ProtocolName;
  readonly ids: EventIds;
  readonly budget: OutputBudget;
}

/**
 * The line of one of a request's events: mapped by its protocol, stamped and validated, or a bad event that says why
 * not.
 * @throws {Refusal} of the whole request when its events take more than they may
 */
export function entryOf(index: number, around: Surroundings): Entry {
  const { batch, source, request, protocol, budget } = around;
  const sent = batch.eventAt(index);
  try {
    const event = stamp(batch.draft(sent), index, around);
    validateEvent(event);
    const line = eventLine(event);
    budget.spend(line.length);
    return { event, lines: [requireFit(line)] };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const origin = { index, budget, path: batch.pathOf(index), protocol, app_id: source.appId, request };
    return badEventEntry(sent, asInvalid(error), origin);
  }
}

/** A mapping that fails on one client's event is our defect, but it may neither cost the event nor its neighbours. */
function asInvalid(error: unknown): InvalidEventError {
  if (error instanceof InvalidEventError) return error;
  return new InvalidEventError('mapping_failed', `The event could not be mapped (${(error as Error).name}).`);
}

/** Adds the fields that the collector sets whatever the protocol. */
function stamp(draft: EventDraft, index: number, { protocol, source, request, ids }: Surroundings): CanonicalEvent {
  const own = draft.user_agent;
  const user_agent = (own ?? request.headers['user-agent'])?.slice(0, MAX_USER_AGENT_LENGTH);
  const privacy_mode = request.anonymous ? 'anonymous' : draft.privacy_mode;
  return {
    ...draft,
    event_id: ids.of(draft),
    protocol: draft.protocol ?? protocol,
    app_id: source.appId ?? draft.app_id ?? source.id ?? 'default',
    contexts: source.appId === undefined ? draft.contexts : withClaimedApp(draft, source.appId),
    source_id: source.id,
    request_id: request.id,
    batch_index: index,
    received_ts: request.receivedAt,
    user_agent,
    user_agent_source: user_agent === undefined ? undefined : own === undefined ? 'request' : 'event',
    privacy_mode,
    network_user_id: privacy_mode === undefined || privacy_mode === 'full' ? networkUser(draft, request) : undefined,
    ip_address: privacy_mode === 'anonymous' ? undefined : storedAddress(draft, request),
  };
}

/**
 * The app that a client says it is stays where its key says another. As text: parsing the payload would cost as much as
 * mapping.
 */
function withClaimedApp({ app_id, contexts }: EventDraft, appId: string): string | undefined {
  if (app_id === undefined || app_id === appId) return contexts;
  const claimed = `"claimed_app_id":${JSON.stringify(app_id)}`;
  return contexts === undefined ? `{${claimed}}` : `{${claimed},${contexts.slice(1)}`;
}

function networkUser({ network_user_id }: EventDraft, { cookie }: CollectorRequest): string | undefined {
  return network_user_id ?? (cookie?.isNew === false ? cookie.id : undefined);
}

/** The client's address as far as it may be stored: one in the event counts more than the connection's. */
function storedAddress({ ip_address: given }: EventDraft, request: CollectorRequest): string | undefined {
  return given === undefined ? request.clientAddress : anonymise(given, request.clientIp);
}
