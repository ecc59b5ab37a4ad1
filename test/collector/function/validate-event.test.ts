import { InvalidEventError } from '../../../src/collector/function/errors';
import { validateEvent } from '../../../src/collector/function/validate-event';
import { MAX_TIMESTAMP_MS } from '../../../src/contract/generated';

const valid = {
  event_id: 'e1',
  event_name: 'click',
  event_type: 'track',
  protocol: 'native',
  app_id: 'shop',
  received_ts: 1_767_323_045_678,
};

test('an event that obeys the contract passes', () => {
  expect(() => validateEvent({
    ...valid, user_id: 'u', value: 1.5, session_index: 3, client_ts: 0, page_url: undefined,
  })).not.toThrow();
});

test.each([
  [{ event_id: undefined }, 'missing_field', 'event_id'],
  [{ event_name: '' }, 'missing_field', 'event_name'],
  [{ received_ts: undefined }, 'missing_field', 'received_ts'],
  [{ event_type: 'click' }, 'invalid_value', 'event_type'],
  [{ protocol: 'smoke' }, 'invalid_value', 'protocol'],
  [{ user_id: 7 }, 'invalid_type', 'user_id'],
  [{ value: NaN }, 'invalid_type', 'value'],
  [{ value: '7' }, 'invalid_type', 'value'],
  [{ session_index: 2 ** 31 }, 'invalid_type', 'session_index'],
  [{ session_index: 1.5 }, 'invalid_type', 'session_index'],
  [{ client_ts: -1 }, 'invalid_type', 'client_ts'],
  [{ client_ts: MAX_TIMESTAMP_MS + 1 }, 'invalid_type', 'client_ts'],
  [{ properties: { a: 1 } }, 'invalid_type', 'properties'],
  [{ user_id: null }, 'invalid_type', 'user_id'],
  [{ event_id: 'x'.repeat(257) }, 'invalid_id', 'event_id'],
  [{ surprise: 1 }, 'unknown_field', 'surprise'],
])('%j is refused as %s at %s', (fields, code, path) => {
  const validate = () => validateEvent({ ...valid, ...fields });
  expect(validate).toThrow(InvalidEventError);
  expect(validate).toThrow(expect.objectContaining({ code, path, stage: 'schema' }));
});
