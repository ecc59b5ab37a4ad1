import { InvalidEventError, Refusal } from './errors';
import { MAX_BAD_EVENT_BYTES } from './limits';
import { badEventLine, Entry } from './lines';
import { withoutKeys } from './protocols/mapping';
import { Member, ProtocolName } from './protocols/protocol';
import { CollectorRequest } from './request';
import { BadEvent, CanonicalEvent } from '../../contract/generated';

interface Origin {
  readonly index: number;
  readonly protocol: ProtocolName;
  readonly app_id?: string;
  readonly request: CollectorRequest;
}

/** One event of a request that cannot be stored as itself. */
export function badEventEntry(
  member: Member,
  error: InvalidEventError,
  { index, protocol, app_id, request }: Origin,
): Entry {
  const path = [member.path, error.path].filter(part => part !== '').join('.');
  const line = badEventLine({
    ...failureOf(error, protocol, request),
    app_id,
    batch_index: index,
    error_path: path === '' ? undefined : path,
    ...keptBytes(Buffer.from(JSON.stringify(withoutKeys(member.value)))),
  });
  return { line, rejection: { index, code: error.code, message: error.message, path } };
}

/** A whole request that cannot be taken, kept as one bad event. */
export function badRequestEntry(refusal: Refusal, protocol: ProtocolName, request: CollectorRequest): Entry {
  // A pixel has its content in the query.
  const received = request.body.length > 0 ? request.body : Buffer.from(JSON.stringify(withoutKeys(request.query)));
  return {
    line: badEventLine({ ...failureOf(refusal, protocol, request), ...keptBytes(received) }),
    rejection: { index: 0, code: refusal.code, message: refusal.message, path: '' },
  };
}

/** A canonical event that the preprocess hook failed on. */
export function hookFailureEntry(event: CanonicalEvent, { code, message }: InvalidEventError): Entry {
  const { received_ts, protocol, app_id, request_id, batch_index } = event;
  const line = badEventLine({
    received_ts,
    protocol,
    app_id,
    request_id,
    batch_index,
    stage: 'preprocess',
    error_code: code,
    error_message: message,
    ...keptBytes(Buffer.from(JSON.stringify(event))),
  });
  return { line, rejection: { index: batch_index ?? 0, code, message, path: '' } };
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

/** The first part of what was received: as text if it is UTF-8, else in base64. */
export function keptBytes(received: Buffer): Pick<BadEvent, 'raw' | 'raw_encoding' | 'raw_bytes'> {
  const kept = received.subarray(0, utf8Boundary(received, MAX_BAD_EVENT_BYTES));
  const decoded = kept.toString('utf8');
  const isText = Buffer.from(decoded, 'utf8').equals(kept);
  return {
    raw: isText ? decoded : kept.toString('base64'),
    raw_encoding: isText ? 'utf8' : 'base64',
    raw_bytes: received.length,
  };
}

/** Where to cut bytes so that no UTF-8 character is split. */
function utf8Boundary(bytes: Buffer, limit: number): number {
  if (bytes.length <= limit) return bytes.length;
  let boundary = limit;
  while (boundary > limit - 4 && bytes[boundary] >= 0x80 && bytes[boundary] < 0xc0) boundary--;
  return boundary;
}
