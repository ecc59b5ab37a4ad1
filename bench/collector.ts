/** Measures the cost of a request and of an event, beside the plain handlers that the collector replaces. */
import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { buildSync } from 'esbuild';
import { Environment, MeasuredFunction, Round, StubKinesis } from './processes';
import { hostileRequests, nativeBatches, range, request, segmentBatches, segmentMessage, WRITE_KEY } from './workload';

const ROOT = join(__dirname, '..');
const BUNDLE = join(ROOT, 'assets/collector/function/collector.lambda/index.js');
const ROUNDS = 7;
const WARM_UP_ROUNDS = 15;
const COLD_STARTS = 7;

interface Subject {
  readonly name: string;
  /** a handler of plain-handlers.ts in place of the collector */
  readonly plain?: 'single' | 'batched';
  readonly requests: readonly APIGatewayProxyEvent[];
  readonly eventsPerRequest: number;
  /** requests of a round */
  readonly count: number;
}

interface Measured { readonly subject: Subject; readonly rounds: readonly Round[] }

export type Row = Readonly<Record<string, string>>;

const segmentCalls = range(500).map(index => request('t', JSON.stringify(segmentMessage(index))));

const PLAIN_SINGLE: Subject = {
  name: '(a) plain handler, one PutRecord', plain: 'single', requests: segmentCalls, eventsPerRequest: 1, count: 2_000,
};
const PLAIN_BATCH: Subject = {
  name: '(b) plain PutRecords of 500',
  plain: 'batched',
  requests: segmentBatches(4, 500),
  eventsPerRequest: 500,
  count: 24,
};

const SUBJECTS: readonly Subject[] = [
  PLAIN_SINGLE,
  { name: 'Segment call', requests: segmentCalls, eventsPerRequest: 1, count: 2_000 },
  { name: 'native event', requests: nativeBatches(500, 1), eventsPerRequest: 1, count: 2_000 },
  PLAIN_BATCH,
  { name: 'Segment batch of 20', requests: segmentBatches(50, 20), eventsPerRequest: 20, count: 400 },
  { name: 'Segment batch of 100', requests: segmentBatches(20, 100), eventsPerRequest: 100, count: 100 },
  { name: 'native batch of 20', requests: nativeBatches(50, 20), eventsPerRequest: 20, count: 800 },
  { name: 'native batch of 100', requests: nativeBatches(20, 100), eventsPerRequest: 100, count: 200 },
  { name: 'hostile bodies', requests: hostileRequests(), eventsPerRequest: 0, count: 64 },
];

/** Everything that costs CPU time is on. */
const COLLECTOR_ENVIRONMENT = {
  ALLOWED_ORIGINS: 'https://shop.example,https://www.shop.example',
  WRITE_KEYS: JSON.stringify({ web: { keys: ['another-key', WRITE_KEY], appId: 'shop' } }),
  CONSENT_MODE: 'anonymous',
  FIRST_PARTY_COOKIE: 'shop.example',
  PATH_ALIASES: '{"com.acme/track":"com.snowplowanalytics.snowplow/tp2"}',
};

/** Measures the subjects in turn, round by round, so that whatever else the machine does hits all alike. */
export async function benchCollector(args: readonly string[]): Promise<Row[]> {
  if (args.length > 0) throw new Error(`the collector's measurement has no options, got ${args.join(' ')}`);
  execFileSync('npx', ['projen', 'bundle:collector/function/collector.lambda'], { cwd: ROOT, stdio: 'ignore' });
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const plainBundle = join(folder, 'plain.js');
  buildPlain(plainBundle);
  const stub = await StubKinesis.start();
  try {
    const measured = await measure(plainBundle, stub.endpoint);
    return [
      ...measured.map(one => row(one, measured.find(({ subject }) => subject === baseOf(one.subject)) ?? one)),
      await coldStart('cold start, plain', plainBundle, { PLAIN_HANDLER: 'single' }, stub),
      await coldStart('cold start, collector', BUNDLE, COLLECTOR_ENVIRONMENT, stub),
    ];
  } finally {
    stub.stop();
    rmSync(folder, { recursive: true });
  }
}

/** With the options of the collector's own bundle. */
function buildPlain(outfile: string): void {
  buildSync({
    entryPoints: [join(__dirname, 'plain-handlers.ts')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
}

async function measure(plainBundle: string, endpoint: string): Promise<Measured[]> {
  const running: { subject: Subject; process: MeasuredFunction; rounds: Round[] }[] = [];
  try {
    for (const subject of SUBJECTS) {
      const [module, environment] = subject.plain
        ? [plainBundle, { PLAIN_HANDLER: subject.plain }] : [BUNDLE, COLLECTOR_ENVIRONMENT];
      const process = await MeasuredFunction.start(module, endpoint, environment, subject.requests);
      running.push({ subject, process, rounds: [] });
    }
    for (const round of range(WARM_UP_ROUNDS + ROUNDS)) {
      for (const { subject, process, rounds } of running) {
        const result = await process.run(subject.count);
        if (round >= WARM_UP_ROUNDS) rounds.push(result);
      }
    }
    return running;
  } finally {
    for (const { process } of running) process.stop();
  }
}

function baseOf({ eventsPerRequest }: Subject): Subject {
  return eventsPerRequest > 1 ? PLAIN_BATCH : PLAIN_SINGLE;
}

function row({ subject, rounds }: Measured, base: Measured): Row {
  const { name, count, eventsPerRequest } = subject;
  const perSecond = (of: Subject, { cpuSeconds }: Round) => of.count * of.eventsPerRequest / cpuSeconds;
  const ratio = median(rounds.map(
    (round, index) => perSecond(subject, round) / perSecond(base.subject, base.rounds[index])));
  return {
    'subject': name,
    'requests/CPU-s': whole(median(rounds.map(({ cpuSeconds }) => count / cpuSeconds))),
    ...(eventsPerRequest > 0 && {
      'events/CPU-s': whole(median(rounds.map(round => perSecond(subject, round)))),
      'ratio': `${ratio.toFixed(2)} × ${base.subject.name.slice(0, 3)}`,
    }),
    'p50 ms': median(rounds.map(({ p50 }) => p50)).toFixed(2),
    'p99 ms': median(rounds.map(({ p99 }) => p99)).toFixed(2),
    'peak MiB': whole(rounds[rounds.length - 1].peakRssMib),
    'answers': Object.entries(rounds[0].statuses).map(([status, answers]) => `${answers} × ${status}`).join(', '),
  };
}

/** From the start of the process to its first answer, Node's own start included. */
async function coldStart(
  name: string, module: string, environment: Environment, { endpoint }: StubKinesis,
): Promise<Row> {
  const took: number[] = [];
  for (let start = 0; start < COLD_STARTS; start++) {
    const started = performance.now();
    const process = await MeasuredFunction.start(module, endpoint, environment, segmentCalls.slice(0, 1));
    await process.run(1);
    took.push(performance.now() - started);
    process.stop();
  }
  return { 'subject': name, 'p50 ms': median(took).toFixed(0), 'p99 ms': Math.max(...took).toFixed(0) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
