import { CollectorMetrics, JobMetrics } from '../../../examples/local/aws/metrics';

test('the collector\'s embedded metrics are added up, and other lines of its log are ignored', () => {
  const metrics = new CollectorMetrics();
  const line = (events: number) =>
    JSON.stringify({ _aws: { Timestamp: 1, CloudWatchMetrics: [] }, AcceptedEvents: events });
  [line(2), 'START RequestId: 1', '{"level":"ERROR","AcceptedEvents":50}', line(3)].forEach(text => metrics.read(text));
  expect([metrics.sum('AcceptedEvents'), metrics.sum('BadEvents')]).toEqual([5, 0]);
});

test('a batch done again after a crash counts once, with its last figures', () => {
  const metrics = new JobMetrics();
  metrics.read({ type: 'metrics', query: 'refine', batch: 1, DuplicateEvents: 4 });
  metrics.read({ type: 'metrics', query: 'refine', batch: 2, DuplicateEvents: 1 });
  metrics.read({ type: 'metrics', query: 'refine', batch: 2, DuplicateEvents: 3, Freshness: 900 });
  metrics.read({ type: 'metrics', query: 'ingest', batch: 2, RawRecords: 7 });
  metrics.read({ type: 'started' });
  expect(metrics.sum('DuplicateEvents')).toBe(7);
  expect(metrics.latest('Freshness')).toBe(900);
});
