import { spawnSync } from 'child_process';
import { join } from 'path';
import { TABLES } from '../../src/contract/generated';
import { SAVED_QUERIES } from '../../src/query/named-queries';

const PYTHON = join(__dirname, '../../.local/venv/bin/python');

type Row = Readonly<Record<string, unknown>>;

const NOW = Date.now();
const TODAY = new Date(NOW).toISOString().slice(0, 10);

/** The time of so many minutes ago. */
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

/** The contract's columns in DuckDB's types. */
function columns(table: keyof typeof TABLES): Row {
  const typed = (type: string) =>
    type.startsWith('struct') ? 'varchar' : type.replace('timestamp', 'timestamptz').replace('string', 'varchar');
  return Object.fromEntries(TABLES[table].columns.map(({ name, type }) => [name, typed(type)]));
}

/** Answers of every saved query, by its name. */
function answers(events: readonly Row[], bad: readonly Row[] = []): Record<string, Row[]> {
  const input = JSON.stringify({
    tables: {
      events: { columns: columns('events'), rows: events },
      bad_events: { columns: columns('bad_events'), rows: bad },
    },
    queries: Object.fromEntries(SAVED_QUERIES.map(({ name, sql }) => [name, sql])),
  });
  const { stdout, stderr } = spawnSync(PYTHON, [join(__dirname, 'run_queries.py')], { input, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

let key = 0;

/** A row of a page view, five minutes ago. */
function event(changes: Row = {}): Row {
  const event_ts = changes.event_ts ?? ago(5);
  return {
    event_id: 'e',
    event_key: ++key,
    event_check: -key,
    event_type: 'page',
    app_id: 'shop',
    anonymous_id: 'a-1',
    event_ts,
    received_ts: event_ts,
    processed_ts: event_ts,
    event_date: TODAY,
    received_date: TODAY,
    page_host: 'shop.example',
    page_path: '/',
    is_bot: false,
    ...changes,
  };
}

function badEvent(changes: Row = {}): Row {
  const failure = { protocol: 'segment', stage: 'size', error_code: 'event_too_large' };
  return { received_ts: ago(5), received_date: TODAY, ...failure, ...changes };
}

describe('robots', () => {
  const answered = answers([
    event(),
    event({ is_bot: true, bot_reason: 'ua:bot', anonymous_id: 'robot' }),
    event({ user_agent: 'python-requests/2.31.0', anonymous_id: 'a-2' }), // a server that sends for its visitors
  ]);

  test('are not counted, while the visitors that a server sends for are', () => {
    expect(answered.daily_metrics).toMatchObject([{ app_id: 'shop', events: 2, visitors: 2, page_views: 2 }]);
    expect(answered.page_views).toMatchObject([{ page_host: 'shop.example', page_path: '/', views: 2, visitors: 2 }]);
    expect(answered.sessions.map(({ visitor }) => visitor).sort()).toEqual(['a-1', 'a-2']);
  });

  test('count for the freshness of the tables', () => {
    expect(answered.freshness.map(({ events }) => events)).toEqual([3]);
  });
});

describe('sessions', () => {
  test('end after 30 minutes without an event', () => {
    const { sessions } = answers([70, 65, 20].map(minutes => event({ event_ts: ago(minutes) })));
    expect(sessions).toMatchObject([{ session_number: 2, events: 1 }, { session_number: 1, events: 2 }]);
  });

  test('hold the same event of several sources, however many have its id and time', () => {
    const first = event({ event_ts: ago(90) });
    const copies = Array.from({ length: 40 }, (_, index) => event({ event_ts: ago(5), source_id: `s-${index}` }));
    const { sessions } = answers([first, ...copies]);
    expect(sessions).toMatchObject([{ session_number: 2, events: 40 }, { session_number: 1, events: 1 }]);
  });
});

test('a session has the channel of its first event that has one, and channels are counted by session', () => {
  const { sessions, channels } = answers([
    event({ event_type: 'track', event_ts: ago(70) }),
    event({ channel_group: 'email', event_ts: ago(69) }),
    event({ channel_group: 'direct', event_ts: ago(68) }),
    event({ channel_group: 'email', event_ts: ago(5) }),
    event({ channel_group: 'email', anonymous_id: 'a-2' }),
    event({ anonymous_id: 'a-3' }),
    event({ channel_group: 'direct', anonymous_id: 'robot', is_bot: true }),
  ]);
  expect(sessions.map(({ channel_group }) => channel_group).sort()).toEqual(['email', 'email', 'email', null]);
  expect(channels).toEqual([
    { app_id: 'shop', channel_group: 'email', sessions: 3, visitors: 2 },
    { app_id: 'shop', channel_group: null, sessions: 1, visitors: 1 },
  ]);
});

test('bad events are counted once, however many rows their content takes', () => {
  const parts = [2, 0, 1].map(raw_part => badEvent({ request_id: 'r-1', raw_part, raw_parts: 3 }));
  const { bad_event_summary } = answers([], [...parts, badEvent(), badEvent({ error_code: 'invalid_json' })]);
  expect(bad_event_summary.map(({ error_code, bad_events }) => [error_code, bad_events])).toEqual([
    ['event_too_large', 2], ['invalid_json', 1],
  ]);
});

test('users have their latest traits', () => {
  const { users_latest } = answers([
    event({ user_id: 'u-1', traits: '{"plan":"free"}', event_ts: ago(9) }),
    event({ user_id: 'u-1', traits: '{"plan":"pro"}', event_ts: ago(8) }),
    event({ user_id: 'u-1' }),
  ]);
  expect(users_latest).toMatchObject([{ user_id: 'u-1', events: 3, traits: '{"plan":"pro"}' }]);
});
