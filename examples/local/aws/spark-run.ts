/** One run of the template's Glue job under spark-submit. */
import { execFile } from 'child_process';
import { createWriteStream, readdirSync, WriteStream } from 'fs';
import { basename, join } from 'path';
import { setTimeout as delay } from 'timers/promises';
import { promisify } from 'util';
import { REGION } from './intrinsics';
import { GlueJob, listed } from './local-stack';
import { Toolchain } from '../setup/toolchain';
import { LocalRunError } from '../support/errors.cjs';
import { Guarded } from '../support/guarded';
import { RunFolder } from '../support/run-folder';

const LAST_LINES = 15;
/**
 * For a JVM that lives for minutes on a machine with few cores: the optimising compiler and threads of the garbage
 * collector cost more than they give back. Without that compiler the JVM leaves 48 MB for code, and this needs 62.
 */
export const JVM_OPTIONS = '-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC';
/** A clean stop waits for the batches that run, within the 10 s that Ctrl-C may take. */
const STOP_MS = 7000;

export interface SparkRunOptions {
  /** With the arguments of the run, if they are not the job's own. */
  readonly job: GlueJob;
  readonly toolchain: Toolchain;
  readonly folder: RunFolder;
  readonly kinesisEndpoint: string;
}

/** One JSON line of the job's standard output. */
export interface JobMessage {
  readonly type: 'started' | 'metrics' | 'log' | 'drained';
  readonly query?: string;
  readonly [key: string]: string | number | undefined;
}

/** Makes the zips of Python code, which the runs read. On AWS the deployment zips the staged folders. */
export async function zipPackages({ job, toolchain, folder }: SparkRunOptions): Promise<void> {
  await Promise.all(packages(job, folder).map(async ({ staged, zip }) => {
    const make = ['-m', 'zipfile', '-c', zip, ...readdirSync(staged)];
    await promisify(execFile)(toolchain.python, make, { cwd: staged });
  }));
}

/** The job's own package, then the user's modules. */
function packages(job: GlueJob, folder: RunFolder): { readonly staged: string; readonly zip: string }[] {
  return listed(job.arguments['--extra-py-files'])
    .map(url => ({ staged: stagedAsset(job, url), zip: join(folder.packages, basename(url)) }));
}

function stagedAsset({ assets }: GlueJob, url: string): string {
  if (url in assets) return assets[url];
  throw new LocalRunError(`the local run cannot read ${url}`, 'it has no S3');
}

export class SparkRun {
  /** Resolves with the exit code when the driver and all it started are gone. */
  readonly exited: Promise<number>;
  private readonly driver: Guarded;
  private readonly log: WriteStream;
  private lastLines: string[] = [];
  /** The Python driver's: a signal to the JVM above it would be a crash. */
  private pid?: number;

  constructor(options: SparkRunOptions, private readonly onMessage: (message: JobMessage) => void) {
    const { toolchain, folder } = options;
    this.log = createWriteStream(join(folder.logs, 'spark.log'), { flags: 'a' });
    this.driver = new Guarded(toolchain.sparkSubmit, submitArguments(options), {
      cwd: folder.path,
      env: {
        ...process.env,
        PYSPARK_PYTHON: toolchain.python,
        SPARK_LOCAL_IP: '127.0.0.1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_REGION: REGION,
      },
      onLine: line => this.onLine(line),
      onErrorLine: line => this.keep(line),
    });
    this.exited = this.driver.exited.finally(() => {
      this.pid = undefined;
      this.log.end();
    });
  }

  /** The last lines of the log. */
  get end(): string {
    return this.lastLines.join('\n');
  }

  /** Kills the driver as a lost machine would. */
  crash() {
    this.driver.crash();
  }

  /** Lets running batches finish. A batch that is not done in time is killed, which loses nothing either. */
  async stop(): Promise<void> {
    if (this.pid !== undefined) {
      process.kill(this.pid, 'SIGTERM');
      await Promise.race([this.exited, delay(STOP_MS, undefined, { ref: false })]);
    }
    await this.driver.stop();
  }

  private onLine(line: string) {
    this.keep(line);
    const message = parseMessage(line);
    if (message?.type === 'started') this.pid = Number(message.pid);
    if (message) this.onMessage(message);
  }

  private keep(line: string) {
    this.log.write(`${line}\n`);
    this.lastLines = [...this.lastLines.slice(1 - LAST_LINES), line];
  }
}

function submitArguments(options: SparkRunOptions): string[] {
  const configuration = sparkConfiguration(options).flatMap(setting => ['--conf', setting]);
  const { job, folder } = options;
  const zips = packages(job, folder).map(({ zip }) => zip);
  return [
    '--master', 'local[2]', '--driver-memory', '1g', '--py-files', zips.join(','), ...configuration,
    job.scriptPath, ...jobArguments(options),
  ];
}

/** The template's arguments, without Glue's own, and those that the local run replaces: paths, endpoint, metrics. */
export function jobArguments({ job, folder, kinesisEndpoint }: Omit<SparkRunOptions, 'toolchain'>): string[] {
  const geoDatabases = listed(job.arguments['--geo_databases']).map(url => stagedAsset(job, url));
  const local: Record<string, string> = {
    '--region': REGION,
    '--raw_path': folder.table('raw'),
    '--events_path': folder.table('events'),
    '--bad_events_path': folder.table('bad_events'),
    '--checkpoint_path': join(folder.lake, 'checkpoints'),
    '--endpoint_url': kinesisEndpoint,
    ...(geoDatabases.length > 0 && { '--geo_databases': geoDatabases.join(',') }),
  };
  const kept = Object.entries(job.arguments)
    .filter(([name]) => /^--[a-z]+(_[a-z]+)*$/.test(name) && !['--conf', '--metrics_namespace'].includes(name));
  return Object.entries({ ...Object.fromEntries(kept), ...local }).flat();
}

/** Glue takes one `--conf` and chains the others inside its value. Its `s3a` settings do no harm here. */
function sparkConfiguration({ job, toolchain, folder }: SparkRunOptions): string[] {
  const templates = (job.arguments['--conf'] ?? '').split(' --conf ').map(text => text.trim()).filter(Boolean);
  return [
    `spark.driver.extraClassPath=${toolchain.jars.join(':')}`,
    ...templates,
    'spark.ui.enabled=false',
    'spark.driver.host=127.0.0.1',
    'spark.driver.bindAddress=127.0.0.1',
    `spark.sql.warehouse.dir=${join(folder.path, 'warehouse')}`,
    `spark.driver.extraJavaOptions=${JVM_OPTIONS}`,
  ];
}

function parseMessage(line: string): JobMessage | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as JobMessage;
  } catch {
    return undefined; // a line of Spark's own that happens to start with a brace: it is in the log
  }
}
