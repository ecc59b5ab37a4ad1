/** Reads the tables twice a second and keeps the state that the live page shows. */
import { setTimeout as delay } from 'timers/promises';
import { Checklist, Step } from './checklist';
import { clickTime } from './click-time';
import { LocalLakehouse } from '../aws/local-lakehouse';
import { countQuery, TableCounts } from '../lake';
import { Latencies } from '../report/latency';

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

interface BadRow {
  readonly received_ts: string;
  readonly stage: string;
  readonly error_code: string;
  readonly error_message?: string;
}

export interface Snapshot {
  readonly checklist: readonly Step[];
  readonly counts: TableCounts & { readonly accepted: number; readonly duplicates: number };
  readonly job: { readonly state: JobState; readonly starts: number };
  readonly latency: { readonly p50?: number; readonly p95?: number; readonly samples: readonly number[] };
  /** Milliseconds from received to committed, 95th percentile of the newest batch. */
  readonly freshness?: number;
  readonly events: readonly EventRow[];
  readonly bad: readonly BadRow[];
}

type JobState = 'starting' | 'running' | 'restarting' | 'failed';

const COUNTS = countQuery();
const EVENTS = `select event_id, event_name, event_type, protocol, coalesce(user_id, anonymous_id) as who, page_path,
  client_ts, received_ts from events order by received_ts desc limit ${NEWEST}`;
const BAD = 'select received_ts, stage, error_code, error_message from bad_events order by received_ts desc limit 10';

export class LiveWatch {
  private readonly latencies = new Latencies(KEPT_LATENCIES);
  private seen?: Set<string>;
  private state: JobState = 'starting';
  private counts: TableCounts = { records: 0, received: 0, events: 0, bad: 0 };
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
    const [accepted, duplicates] = [collectorMetrics.sum('AcceptedEvents'), jobMetrics.sum('DuplicateEvents')];
    const [p50, p95] = [0.5, 0.95].map(share => this.latencies.percentile(share));
    return {
      checklist: this.checklist.steps,
      counts: { ...this.counts, accepted, duplicates },
      job: { state: this.state, starts: job.starts },
      latency: { p50, p95, samples: this.latencies.values },
      freshness: jobMetrics.latest('Freshness'),
      events: this.events,
      bad: this.bad,
    };
  }

  private async watch() {
    while (!this.stopped) {
      await this.read();
      await delay(POLL_MS);
    }
  }

  private async read() {
    const { lake } = this.lakehouse;
    const [counts] = await lake.queryIfReady<TableCounts>(COUNTS);
    if (counts) this.counts = counts;
    this.bad = await lake.queryIfReady<BadRow>(BAD);
    this.noticeRows(await lake.queryIfReady<EventRow>(EVENTS), counts !== undefined);
    await this.noticeSteps();
  }

  private async noticeSteps() {
    const { collectorMetrics, kinesis } = this.lakehouse;
    const { checklist } = this;
    if (collectorMetrics.sum('AcceptedEvents') > 0) checklist.reach('accepted');
    if (checklist.has('accepted') && !checklist.has('shard') && await kinesis.hasRecords()) checklist.reach('shard');
    if (checklist.has('shard') && this.counts.received > 0) checklist.reach('raw');
    if (checklist.has('raw') && this.counts.events > 0) checklist.reach('row');
  }

  /** Measures each row when it is first seen, but not those of an earlier run. */
  private noticeRows(events: EventRow[], ready: boolean) {
    const now = Date.now();
    for (const event of this.seen ? events : []) {
      if (!this.seen?.has(event.event_id)) this.latencies.add(now - clickTime(event));
    }
    if (ready) this.seen = new Set([...this.seen ?? [], ...events.map(event => event.event_id)]);
    this.events = events;
  }
}
