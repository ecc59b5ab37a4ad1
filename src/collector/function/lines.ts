import { InvalidEventError } from './errors';
import { MAX_BAD_EVENT_BYTES, MAX_RECORD_BYTES } from './limits';
import { BadEvent, CanonicalEvent, CONTRACT_VERSION } from '../../contract/generated';

/** A line on the stream: one JSON object. */
export function eventLine(event: CanonicalEvent): string {
  return line('event', event);
}

export function badEventLine(event: BadEvent): string {
  return line('bad', event);
}

/** Joined as text: copying the event to put two fields before it would cost as much as mapping it. */
function line(kind: string, fields: CanonicalEvent | BadEvent): string {
  return `{"v":${CONTRACT_VERSION},"kind":"${kind}",${JSON.stringify(fields).slice(1)}`;
}

/**
 * A line that fits a record.
 * @throws {InvalidEventError}
 */
export function requireFit(text: string): string {
  // No character takes more than three bytes for each of its units: counting bytes is for long lines only.
  if (text.length * 3 <= MAX_RECORD_BYTES || Buffer.byteLength(text) <= MAX_RECORD_BYTES) return text;
  throw new InvalidEventError('event_too_large', `The event takes more than ${MAX_RECORD_BYTES} bytes.`, '', 'size');
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

const NEWLINE = Buffer.from('\n');

/** Packs lines into records of NDJSON: a record costs a fixed overhead in Kinesis, in the job and in Delta, whatever it carries. */
export function packRecords(lines: readonly string[]): Buffer[] {
  const records: Buffer[] = [];
  let parts: Buffer[] = [];
  let bytes = 0;
  for (const text of lines) {
    const encoded = Buffer.from(text);
    if (parts.length > 0 && bytes + NEWLINE.length + encoded.length > MAX_RECORD_BYTES) {
      records.push(Buffer.concat(parts));
      parts = [];
      bytes = 0;
    }
    if (parts.length > 0) parts.push(NEWLINE);
    parts.push(encoded);
    bytes += encoded.length + NEWLINE.length;
  }
  if (parts.length > 0) records.push(Buffer.concat(parts));
  return records;
}
