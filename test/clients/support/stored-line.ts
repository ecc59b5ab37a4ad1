/** Lines of the stream, and the copies of an event that clients send who did not see the answer. */
import type { BadEvent, CanonicalEvent } from '../../../src/contract/generated';

export type StoredLine = { readonly kind: 'event' | 'bad' } & Partial<CanonicalEvent> & Partial<BadEvent>;

export function storedLine(text: string): StoredLine {
  return JSON.parse(text) as StoredLine;
}

/**
 * Fields that a client's transport, its cookie jar or the request sets, not the event: NOT_IN_FINGERPRINT of the job.
 */
const OF_THE_SENDING = [
  'request_id',
  'batch_index',
  'received_ts',
  'sent_ts',
  'source_id',
  'ip_address',
  'user_agent',
  'network_user_id',
] as const;

/** What an event says, whenever it was sent. */
function content(line: StoredLine): string {
  const of: Record<string, unknown> = { ...line };
  for (const field of OF_THE_SENDING) delete of[field];
  return JSON.stringify(of);
}

export class Copies {
  private readonly byId = new Map<string, StoredLine[]>();

  constructor(lines: readonly StoredLine[]) {
    for (const line of lines) {
      const id = String(line.event_id);
      this.byId.set(id, [...this.byId.get(id) ?? [], line]);
    }
  }

  get ids(): string[] {
    return [...this.byId.keys()];
  }

  /** One line per event. */
  get events(): StoredLine[] {
    return [...this.byId.values()].map(([first]) => first);
  }

  /** Ids that were stored more than once. */
  get repeated(): string[] {
    return this.ids.filter(id => (this.byId.get(id) ?? []).length > 1);
  }

  /** Ids whose copies differ in what the client said: the job would call them conflicts. */
  get conflicting(): string[] {
    return this.ids.filter(id => new Set((this.byId.get(id) ?? []).map(content)).size > 1);
  }

  /** Name given to an id → its event. */
  named(ids: Readonly<Record<string, string>>): Record<string, StoredLine | undefined> {
    return Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, this.byId.get(id)?.[0]]));
  }
}
