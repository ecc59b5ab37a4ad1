import { inflate } from './decode';
import { InvalidEventError, Refusal, UnauthorizedError } from './errors';
import { JsonValue } from './json';
import { badEventLine, Entry } from './lines';
import { OutputBudget } from './output-budget';
import { CollectEndpoint, ProtocolName } from './protocols/protocol';
import { kept, keptStart } from './raw-content';
import { CollectorRequest } from './request';
import { BadEvent, CanonicalEvent } from '../../contract/generated';

interface Origin {
  readonly index: number;
  /** where the event stands in the body */
  readonly path: string;
  readonly protocol: ProtocolName;
  readonly app_id?: string;
  readonly request: CollectorRequest;
  readonly budget: OutputBudget;
}

/** One event of a request that cannot be stored as itself. */
export function badEventEntry(sent: JsonValue, error: InvalidEventError, origin: Origin): Entry {
  const { index, protocol, app_id, request, budget } = origin;
  const path = [origin.path, error.path].filter(part => part !== '').join('.');
  const failure: BadEvent = {
    ...failureOf(error, protocol, request),
    app_id,
    batch_index: index,
    error_path: path === '' ? undefined : path,
  };
  const content = { bytes: Buffer.from(JSON.stringify(sent)), clientIp: request.clientIp, isProtected: true };
  budget.spend(content.bytes.length); // before it is compressed, which takes time
  return {
    lines: kept(content).map(raw => badEventLine({ ...failure, ...raw })),
    rejection: { index, code: error.code, message: error.message, path },
  };
}

/**
 * A whole request that cannot be taken, kept as one bad event.
 * @param content without keys and with anonymised addresses, if it could be read
 */
export function badRequestEntry(
  refusal: Refusal,
  { protocol, limits }: CollectEndpoint,
  request: CollectorRequest,
  content: JsonValue | undefined,
): Entry {
  const failure = failureOf(refusal, protocol, request);
  const isProtected = content !== undefined;
  const bytes = isProtected ? Buffer.from(JSON.stringify(content)) : readable(request, limits);
  const raw = { bytes, clientIp: request.clientIp, isProtected };
  // A stranger must not be able to fill the lake.
  const rows = refusal instanceof UnauthorizedError ? [keptStart(raw)] : kept(raw);
  return {
    lines: rows.map(columns => badEventLine({ ...failure, ...columns })),
    rejection: { index: 0, code: refusal.code, message: refusal.message, path: '' },
  };
}

/** A canonical event that the preprocess hook failed on. */
export function hookFailureEntry(event: CanonicalEvent, { code, message }: InvalidEventError): Entry {
  const { received_ts, protocol, app_id, request_id, batch_index } = event;
  const failure: BadEvent = {
    received_ts,
    protocol,
    app_id,
    request_id,
    batch_index,
    stage: 'preprocess',
    error_code: code,
    error_message: message,
  };
  // Its addresses are as they may be stored.
  const rows = kept({ bytes: Buffer.from(JSON.stringify(event)), clientIp: 'full', isProtected: true });
  return {
    lines: rows.map(raw => badEventLine({ ...failure, ...raw })),
    rejection: { index: batch_index ?? 0, code, message, path: '' },
  };
}

function failureOf(error: Refusal | InvalidEventError, protocol: ProtocolName, request: CollectorRequest): BadEvent {
  return {
    received_ts: request.receivedAt,
    protocol,
    request_id: request.id,
    stage: error.stage,
    error_code: error.code,
    error_message: error.message,
  };
}

/** The request's bytes, inflated if they can be. A pixel has its content in the query. */
function readable({ body, query }: CollectorRequest, limits: CollectEndpoint['limits']): Buffer {
  if (body.length === 0) return Buffer.from(JSON.stringify(query));
  try {
    return inflate(body, limits);
  } catch {
    return body;
  }
}
