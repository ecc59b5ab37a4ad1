import { proxyEvent, RECEIVED_AT, settings } from './builders';
import { collect } from '../../../src/collector/function/collect';
import { countEntries } from '../../../src/collector/function/lines';
import { loadPreprocess, Preprocess, preprocessed } from '../../../src/collector/function/preprocess';
import { fromEdgeEvent } from '../../../src/collector/function/request';

const BATCH = [
  { event_name: 'a', event_id: 'a', properties: { n: 1 } },
  { event_name: 'b', event_id: 'b' },
  { user_id: 'without a name' },
];

async function run(hook: Preprocess) {
  const headers = { 'Cookie': 'secret', 'Authorization': 'secret', 'X-Write-Key': 'secret', 'X-Mine': 'yes' };
  const request = fromEdgeEvent(proxyEvent({ body: BATCH, headers }), settings(), RECEIVED_AT);
  const { entries: collected, response } = collect(request, settings());
  const entries = await preprocessed(
    collected,
    request,
    hook,
    settings({ PREPROCESS_HEADERS: 'X-Mine' }).preprocessHeaders,
  );
  const lines = entries.flatMap(entry => entry.lines).map(line => JSON.parse(line));
  return {
    response,
    ...countEntries(entries),
    events: lines.filter(line => line.kind === 'event'),
    badEvents: lines.filter(line => line.kind === 'bad' && line.stage === 'preprocess'),
    lines,
  };
}

test('a hook can change an event, whose payloads it sees as values', async () => {
  const { events, accepted, lines } = await run(event => ({
    ...event, properties: { ...event.properties as object, more: true }, user_id: 'u',
  }));
  expect(events.map(event => [event.event_id, event.user_id, event.properties])).toEqual([
    ['a', 'u', '{"n":1,"more":true}'],
    ['b', 'u', '{"more":true}'],
  ]);
  expect([accepted, lines.length]).toEqual([2, 3]);
});

test('a hook can drop an event', async () => {
  const { events, accepted, response } = await run(async event => (event.event_name === 'a' ? undefined : event));
  expect(events.map(event => event.event_id)).toEqual(['b']);
  expect(accepted).toBe(1);
  expect(response.status).toBe(200);
});

test('each event that a hook splits off gets its own id, and the same id when the request is sent again', async () => {
  const split: Preprocess = event => [event, event, { ...event, event_id: `${String(event.event_id)}-mine` }];
  const ids = (await run(split)).events.map(event => event.event_id);
  const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(ids).toEqual(['a', uuid, 'a-mine', 'b', uuid, 'b-mine']);
  expect((await run(split)).events.map(event => event.event_id)).toEqual(ids);
});

test('a hook sees the columns that an event has, and no others', async () => {
  const seen: object[] = [];
  await run(event => { seen.push(event); return event; });
  expect(seen[1]).toStrictEqual({
    event_id: 'b',
    event_name: 'b',
    event_type: 'track',
    protocol: 'native',
    app_id: 'default',
    request_id: 'request-1',
    batch_index: 1,
    received_ts: RECEIVED_AT,
    ip_address: '203.0.113.0',
  });
});

test('a hook sees the request without its secrets', async () => {
  const seen: unknown[] = [];
  await run((event, request) => { seen.push(request); return event; });
  expect(seen[0]).toEqual({ id: 'request-1', path: 'events', headers: { 'x-mine': 'yes' }, receivedAt: RECEIVED_AT });
});

test.each<[string, Preprocess, string]>([
  ['throws', () => { throw new Error('my reason'); }, 'preprocess_failed'],
  ['rejects', async () => { throw new Error('my reason'); }, 'preprocess_failed'],
  // eslint-disable-next-line no-throw-literal
  ['throws something other than an Error', () => { throw 'my reason'; }, 'preprocess_failed'],
  ['returns something other than an event', () => 7 as never, 'invalid_event'],
  ['breaks the contract', event => ({ ...event, received_ts: 'now' }), 'invalid_type'],
  ['adds a field of its own', event => ({ ...event, mine: 1 }), 'unknown_field'],
  ['takes the name away', ({ event_name, ...event }) => event, 'missing_field'],
  [
    'makes the event too large',
    event => ({ ...event, properties: { text: 'x'.repeat(1_000_000) } }),
    'event_too_large',
  ],
])('when a hook %s, the event becomes a bad event with the reason, and the answer stays 200', async (_, hook, code) => {
  const { events, badEvents, accepted, bad, response } = await run(hook);
  expect(events).toEqual([]);
  expect(badEvents.map(event => [event.error_code, event.batch_index, JSON.parse(event.raw).event_id])).toEqual([
    [code, 0, 'a'],
    [code, 1, 'b'],
  ]);
  expect([accepted, bad]).toEqual([0, { missing_event_name: 1, [code]: 2 }]);
  expect(response.status).toBe(200);
  // Not the error's own text, which may quote what the hook was given.
  expect(badEvents[0].error_message).not.toContain('my reason');
  if (code === 'preprocess_failed') expect(badEvents[0].error_message).toMatch(/^The hook threw (Error at|something)/);
});

test('events become bad when the hook does not return in time, and the request waits no longer', async () => {
  jest.useFakeTimers();
  try {
    const running = run(() => new Promise(() => undefined));
    await jest.advanceTimersByTimeAsync(1_000);
    const { badEvents } = await running;
    expect(badEvents.map(event => event.error_code)).toEqual(['preprocess_timeout', 'preprocess_timeout']);
  } finally {
    jest.useRealTimers();
  }
});

describe('loading', () => {
  const load = (module: () => unknown) => loadPreprocess('/opt/index.mjs', async path => {
    expect(path).toBe('/opt/index.mjs');
    return module();
  });

  test('the hook is the function that the module exports', async () => {
    const preprocess = (event: object) => ({ ...event, user_id: 'hooked' });
    const { events } = await run(await load(() => ({ preprocess })));
    expect(events.map(event => event.user_id)).toEqual(['hooked', 'hooked']);
  });

  test.each<[string, () => unknown, string]>([
    ['exports no hook', () => ({ other: 1 }), '/opt/index.mjs exports no function "preprocess".'],
    [
      'cannot be loaded',
      () => { throw new SyntaxError('my typo'); },
      '/opt/index.mjs cannot be loaded: SyntaxError: my typo',
    ],
  ])('when the module %s, every event becomes a bad event that says so', async (_, module, message) => {
    const { badEvents } = await run(await load(module));
    expect(badEvents.map(event => [event.error_code, event.error_message])).toEqual(
      Array(2).fill(['preprocess_unavailable', message]),
    );
  });

  test('a module that never finishes loading does not keep requests waiting', async () => {
    jest.useFakeTimers();
    try {
      const loading = load(() => new Promise(() => undefined));
      await jest.advanceTimersByTimeAsync(3_000);
      expect(await loading).toThrow('cannot be loaded: Error: not loaded after 3000 ms');
    } finally {
      jest.useRealTimers();
    }
  });
});
