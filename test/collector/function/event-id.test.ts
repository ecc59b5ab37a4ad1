import { EventIds } from '../../../src/collector/function/event-id';
import { EventDraft } from '../../../src/collector/function/protocols/protocol';
import { uuidV5 } from '../../../src/collector/function/uuid';

const draft = (fields: Partial<EventDraft> = {}): EventDraft => ({
  event_name: 'click', event_type: 'track', client_ts: 1, ...fields,
});
const idOf = (event: EventDraft, requestId = 'r1', source = 's') => new EventIds(requestId, source).of(event);

test('a generated id is a version 5 UUID', () => {
  expect(uuidV5('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("the client's id is kept", () => {
  expect(idOf(draft({ event_id: 'mine' }))).toBe('mine');
});

test('the same content sent again gets the same id, whenever it is sent', () => {
  expect(idOf(draft({ sent_ts: 5 }), 'r1')).toBe(idOf(draft({ sent_ts: 9 }), 'r2'));
});

test('different content, a different time or a different source gives a different id', () => {
  const ids = [
    idOf(draft()),
    idOf(draft({ client_ts: 2 })),
    idOf(draft({ user_id: 'u' })),
    idOf(draft(), 'r1', 'other'),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('events without a time get a new id per request, so two clicks on one button stay two', () => {
  expect(idOf(draft({ client_ts: undefined }), 'r1')).not.toBe(idOf(draft({ client_ts: undefined }), 'r2'));
});

test('equal events in one request get different ids, and the same ones when it is sent again', () => {
  const twice = (ids: EventIds) => [ids.of(draft()), ids.of(draft())];
  const [first, second] = twice(new EventIds('r1', 's'));
  expect(first).not.toBe(second);
  expect(twice(new EventIds('r2', 's'))).toEqual([first, second]);
});
