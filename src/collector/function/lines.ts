import { InvalidEventError } from './errors';
import { MAX_RECORD_BYTES } from './limits';
import { Rejection } from './protocols/protocol';
import { BadEvent, CanonicalEvent, LINE_VERSION } from '../../contract/generated';

/** One event's line for the stream, or the lines of a bad event, whose content may take several. */
export interface Entry {
  readonly lines: readonly string[];
  /** the event in the line, if it is a good one */
  readonly event?: CanonicalEvent;
  /** why it is a bad event */
  readonly rejection?: Rejection;
}

/** Good events, and bad ones by error code. */
export interface EntryCounts {
  readonly accepted: number;
  readonly bad: Readonly<Record<string, number>>;
}

export function countEntries(entries: readonly Entry[]): EntryCounts {
  const bad: Record<string, number> = {};
  let accepted = 0;
  for (const { event, rejection } of entries) {
    if (event) accepted++;
    if (rejection) bad[rejection.code] = (bad[rejection.code] ?? 0) + 1;
  }
  return { accepted, bad };
}

/** A line on the stream: one JSON object. */
export function eventLine(event: CanonicalEvent): string {
  return line('event', event);
}

export function badEventLine(event: BadEvent): string {
  return line('bad', event);
}

/** Joined as text: copying the event to put two fields before it would cost as much as mapping it. */
function line(kind: string, fields: CanonicalEvent | BadEvent): string {
  return `{"v":${LINE_VERSION},"kind":"${kind}",${JSON.stringify(fields).slice(1)}`;
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
