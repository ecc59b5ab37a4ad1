import { EventDraft } from './protocols/protocol';
import { uuidV5 } from './uuid';

/**
 * Ids of a request's events. Without a usable id from the client, an event is known by its source, content and time, so
 * that the same bytes sent again get the same id. Without a time too, nothing tells a retry from the next click on the
 * same button: then each request counts.
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
