import { Latencies } from '../../../examples/local/report/latency';
import { Ledger } from '../../../examples/local/report/ledger';
import { faults, renderReport, StoredRows } from '../../../examples/local/report/report';

/** Three good events, one of them sent twice, and a bad one, all where they belong. */
function goodRun(stored: Partial<StoredRows> = {}, accepted = 4) {
  const ledger = new Ledger();
  ledger.acknowledge(['a', 'b', 'c', 'b']);
  ledger.bad = 1;
  return {
    ledger,
    stored: { records: 2, received: 5, events: 3, bad: 1, distinct: 3, missing: [], unknown: 0, ...stored },
    latencies: new Latencies(),
    accepted,
    kills: 0,
  };
}

test('a run in which every event is one row or one bad event has no fault', () => {
  expect(faults(goodRun())).toEqual([]);
});

test.each([
  ['a lost event', { events: 2, distinct: 2, received: 4, missing: ['c'] },
    '1 acknowledged events are not in events, among them c'],
  ['a duplicate', { events: 4, distinct: 3, received: 6 }, '1 rows of events are duplicates'],
  ['a row that was never sent', { unknown: 1, events: 4, distinct: 4, received: 6 },
    '1 rows of events were never sent'],
  ['a lost bad event', { bad: 0, received: 4 }, 'bad_events has 0 rows instead of 1'],
  ['a copy that never reached raw', { received: 4 }, '0 duplicates were removed, but clients sent 1 copies'],
])('%s is a fault', (_name, stored, sentence) => {
  expect(faults(goodRun(stored))).toContain(sentence);
});

test('a different count of the collector is a fault', () => {
  expect(faults(goodRun({}, 3))).toEqual(['the collector counts 3 accepted events instead of 4']);
});

test('an answer that is not the documented one is a fault', () => {
  const run = goodRun();
  run.ledger.check('broken JSON', '400 invalid_json', '500 internal_error');
  run.ledger.check('an unknown path', '404 unknown_path', '404 unknown_path');
  expect(faults(run)).toEqual(['broken JSON: expected 400 invalid_json, got 500 internal_error']);
});

test('the report gives the counts and the latency', () => {
  const run = goodRun();
  for (let second = 1; second <= 100; second += 1) run.latencies.add(second * 100);
  const report = renderReport(run);
  expect(report).toMatch(/events sent +4\n/);
  expect(report).toMatch(/duplicates removed +1\n/);
  expect(report).toMatch(/click to row, median +5\.0 s\n/);
  expect(report).toMatch(/click to row, 95th percentile +9\.5 s$/);
});

test('only the newest latencies are kept when a limit is given', () => {
  const latencies = new Latencies(2);
  [9, 1, 2].forEach(value => latencies.add(value));
  expect([latencies.values, latencies.percentile(0.5)]).toEqual([[1, 2], 1]);
  expect(new Latencies().percentile(0.5)).toBeUndefined();
});
