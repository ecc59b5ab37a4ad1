/** Looks at the tables twice a second and keeps what the live page shows. */
import { setTimeout as delay } from 'timers/promises';
import { Checklist, Step } from './checklist';
import { Latencies } from './latency';
import { LocalLakehouse } from './local-lakehouse';

const POLL_MS = 500;
const KEPT_LATENCIES = 60;
const NEWEST = 25;

interface EventRow {
  readonly event_id: string;
  readonly event_name: string;
  readonly event_type: string;
  readonly protocol: string;
  readonly who?: string;
  readonly page_path?: string;
  readonly client_ts?: string;
  readonly received_ts: string;
}

interface BadRow { readonly received_ts: string; readonly stage: string; readonly error_code: string; readonly error_message?: string }

interface Counts { readonly records: number; readonly lines: number; readonly events: number; readonly bad: number }

export interface Snapshot {
  readonly checklist: readonly Step[];
  readonly counts: Counts & { readonly accepted: number; readonly duplicates: number };
  readonly job: { readonly state: JobState; readonly starts: number };
  readonly latency: { readonly p50?: number; readonly p95?: number; readonly samples: readonly number[] };
  /** Milliseconds from received to committed, 95th percentile of the newest batch. */
  readonly freshness?: number;
  readonly events: readonly EventRow[];
  readonly bad: readonly BadRow[];
}

type JobState = 'starting' | 'running' | 'restarting' | 'failed';

const COUNTS = `select (select count(*) from raw) as records,
  (select coalesce(sum(length(data) - length(replace(data, chr(10), '')) + 1), 0)::bigint from raw) as lines,
  (select count(*) from events) as events, (select count(*) from bad_events) as bad`;
const EVENTS = `select event_id, event_name, event_type, protocol, coalesce(user_id, anonymous_id) as who, page_path, client_ts, received_ts
  from events order by received_ts desc limit ${NEWEST}`;
const BAD = 'select received_ts, stage, error_code, error_message from bad_events order by received_ts desc limit 10';

export class LiveWatch {
  private readonly latencies = new Latencies(KEPT_LATENCIES);
  private seen?: Set<string>;
  private state: JobState = 'starting';
  private counts: Counts = { records: 0, lines: 0, events: 0, bad: 0 };
  private events: EventRow[] = [];
  private bad: BadRow[] = [];
  private running?: Promise<void>;
  private stopped = false;

  constructor(private readonly lakehouse: LocalLakehouse, private readonly checklist: Checklist) {
    const { job } = lakehouse;
    job.on('message', ({ type }) => { if (type === 'started') this.state = 'running'; });
    job.on('restart', () => { this.state = 'restarting'; });
    job.on('failed', () => { this.state = 'failed'; });
  }

  start() {
    this.running = this.watch();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  get snapshot(): Snapshot {
    const { collectorMetrics, jobMetrics, job } = this.lakehouse;
    return {
      checklist: this.checklist.steps,
      counts: { ...this.counts, accepted: collectorMetrics.sum('AcceptedEvents'), duplicates: jobMetrics.sum('DuplicateEvents') },
      job: { state: this.state, starts: job.starts },
      latency: { p50: this.latencies.percentile(0.5), p95: this.latencies.percentile(0.95), samples: this.latencies.values },
      freshness: jobMetrics.latest('Freshness'),
      events: this.events,
      bad: this.bad,
    };
  }

  private async watch() {
    while (!this.stopped) {
      await this.look();
      await delay(POLL_MS);
    }
  }

  private async look() {
    const { lake, collectorMetrics, kinesis } = this.lakehouse;
    const [counts] = await lake.queryIfReady<Counts>(COUNTS);
    if (counts) this.counts = counts;
    this.bad = await lake.queryIfReady<BadRow>(BAD);
    this.noticeRows(await lake.queryIfReady<EventRow>(EVENTS), counts !== undefined);

    if (collectorMetrics.sum('AcceptedEvents') > 0) this.checklist.reach('accepted');
    if (this.checklist.has('accepted') && !this.checklist.has('shard') && await kinesis.hasRecords()) this.checklist.reach('shard');
    if (this.checklist.has('shard') && this.counts.lines > 0) this.checklist.reach('raw');
    if (this.checklist.has('raw') && this.counts.events > 0) this.checklist.reach('row');
  }

  /** A row is as old as it is when it is first seen; rows of an earlier run are not. */
  private noticeRows(events: EventRow[], ready: boolean) {
    const now = Date.now();
    for (const { event_id: id, client_ts: clicked, received_ts: received } of this.seen ? events : []) {
      if (!this.seen?.has(id)) this.latencies.add(now - Date.parse(clicked ?? received));
    }
    if (ready) this.seen = new Set([...this.seen ?? [], ...events.map(event => event.event_id)]);
    this.events = events;
  }
}
