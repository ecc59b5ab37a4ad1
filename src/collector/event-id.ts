import { createHash } from 'crypto';
import { EventDraft } from './protocols/protocol';

/** Namespace of the ids made here; a constant, or a retry would get another id. */
const NAMESPACE = Buffer.from('5b7c1d0e94f24f3c8a4bd6c1f0a7e352', 'hex');

/** A name-based UUID, RFC 9562 version 5. */
export function uuidV5(name: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes[6] = 0x50 + (bytes[6] % 0x10);
  bytes[8] = 0x80 + (bytes[8] % 0x40);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * Ids of a request's events. Without a usable id from the client, an event is known by its source, content and time, so that the same bytes sent
 * again get the same id. Without a time too, nothing tells a retry from the next click on the same button: then each request counts.
 */
export class EventIds {
  private readonly occurrences = new Map<string, number>();

  constructor(private readonly requestId: string, private readonly sourceId: string) {}

  of(draft: EventDraft): string {
    if (draft.event_id !== undefined) return draft.event_id;
    const { sent_ts, ...content } = draft;
    const when = draft.client_ts === undefined ? this.requestId : '';
    const name = JSON.stringify([this.sourceId, when, content]);
    const occurrence = this.occurrences.get(name) ?? 0;
    this.occurrences.set(name, occurrence + 1);
    return uuidV5(occurrence === 0 ? name : `${name}#${occurrence}`);
  }
}
