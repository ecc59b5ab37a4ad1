/** Measures the Spark job beside the one that anyone would write, in core-seconds: others may use the machine too. */
import { mkdtempSync, rmSync, statfsSync } from 'fs';
import { loadavg, tmpdir } from 'os';
import { join } from 'path';
import type { Row } from './collector';
import { JobOptions, parseJobOptions } from './job-options';
import { makeLoad } from './load';
import { JVM_OPTIONS } from '../examples/local/aws';
import type { Toolchain } from '../examples/local/setup/toolchain';
import { Guarded } from '../examples/local/support';

/** What bench/job/row.py prints. */
interface Measured {
  readonly name: string;
  readonly note: string;
  readonly events: number | null;
  readonly wall_seconds: number | null;
  readonly core_seconds: number | null;
  readonly baseline: string | null;
}

/** Batches of `--events` that a measurement takes of the load: bench/job/stages.py and job_runs.py. */
const BATCHES: Readonly<Record<string, number>> = { stage2: 7, plain: 7, source: 6, stage1: 6, both: 6, restart: 1 };
/** Of the measurements that take a number of their own, and what the last record of each batch has too many. */
const MORE_EVENTS = 60_000;
/** Of `events` with columns that are mostly null. */
const BYTES_A_ID = 45;
const LAST_LINES = 20;

/** @throws for options it does not know */
export async function benchJob(args: readonly string[], toolchain: Toolchain): Promise<Row[]> {
  const options = parseJobOptions(args);
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    checkRoom(folder, options);
    const load = join(folder, 'load.ndjson');
    const batches = options.only.reduce((sum, name) => sum + (BATCHES[name] ?? 0), 0);
    const bundle = join(toolchain.root, 'assets/collector/function/collector.lambda/index.js');
    await makeLoad(bundle, load, batches * options.events + MORE_EVENTS);
    const before = loadavg()[0];
    const measured = await measure(options, toolchain, folder, load);
    console.log(`load average ${before.toFixed(1)} before, ${loadavg()[0].toFixed(1)} after`);
    return measured.map(one => row(one, measured.find(({ name }) => name === one.baseline)));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function checkRoom(folder: string, { only, windows }: JobOptions) {
  if (!only.includes('windows')) return;
  const needed = windows.reduce((sum, millions) => sum + millions, 0) * 1e6 * BYTES_A_ID;
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize > needed) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new Error(`${folder} has ${gigabytes(bavail * bsize)} left, the windows take ${gigabytes(needed)}: `
    + 'make room, set TMPDIR or measure smaller --windows');
}

async function measure(options: JobOptions, toolchain: Toolchain, folder: string, load: string): Promise<Measured[]> {
  const { only, events, windows, seconds, jvm } = options;
  const rows: Measured[] = [];
  const said: string[] = [];
  const keep = (line: string) => { said.splice(0, Math.max(0, said.length - LAST_LINES), line); };
  const python = new Guarded(toolchain.python, [
    join(__dirname, 'job/main.py'), '--jars', toolchain.jars.join(), '--load', load, '--folder', folder,
    '--only', only.join(), '--events', String(events), '--windows', windows.join(), '--seconds', String(seconds),
    `--jvm-options=${jvm === 'local' ? JVM_OPTIONS : ''}`,
  ], {
    cwd: folder,
    env: {
      ...process.env,
      PYTHONPATH: ['glue-assets', 'glue-assets/tests'].map(path => join(toolchain.root, path)).join(':'),
      SPARK_LOCAL_IP: '127.0.0.1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    onLine: line => {
      if (!line.startsWith('{"type": "row"')) return;
      const one = JSON.parse(line) as Measured;
      rows.push(one);
      process.stderr.write(`measured: ${one.name}\n`);
    },
    onErrorLine: keep,
  });
  const stop = () => { void python.stop(); };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  const code = await python.exited;
  if (code !== 0) throw new Error(`the measurement ended with ${code}:\n${said.join('\n')}`);
  return rows;
}

function row(measured: Measured, baseline?: Measured): Row {
  const { name, note, events, wall_seconds: wall, core_seconds: cores } = measured;
  const perSecond = (one: Measured) => (one.events ?? 0) / (one.core_seconds ?? 1);
  return {
    'job': name,
    'events': events?.toLocaleString('en') ?? '',
    'wall s': wall?.toFixed(1) ?? '',
    'core-s': cores?.toFixed(2) ?? '',
    'events/core-s': cores === null ? '' : Math.round(perSecond(measured)).toLocaleString('en'),
    'ratio': baseline ? `${(perSecond(measured) / perSecond(baseline)).toFixed(2)} × plain` : '',
    'note': note,
  };
}
