/** The template's Glue job under spark-submit, started again when it dies, as the keeper does on AWS. */
import { execFile } from 'child_process';
import { EventEmitter } from 'events';
import { createWriteStream, readdirSync, WriteStream } from 'fs';
import { join } from 'path';
import { setTimeout as delay } from 'timers/promises';
import { promisify } from 'util';
import { REGION } from './intrinsics';
import { GlueJob } from './template';
import { Toolchain } from '../setup/toolchain';
import { LocalRunError } from '../support/errors.cjs';
import { Guarded } from '../support/guarded';
import { RunFolder } from '../support/run-folder';

/** The keeper stops after five starts in an hour too: a job that cannot run should say so, not spin. */
const MAX_STARTS = 5;
const LAST_LINES = 15;
/**
 * For a JVM that lives for minutes on a machine with few cores: the optimising compiler and threads of the garbage
 * collector cost more than they give back.
 */
const JVM_OPTIONS = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';
/** A clean stop waits for the batches that run, within the 10 s that Ctrl-C may take. */
const STOP_MS = 7000;

export interface SparkJobOptions {
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

/** The template's arguments, without Glue's own, and those that the local run replaces: paths, endpoint, metrics. */
function jobArguments({ job, folder, kinesisEndpoint }: SparkJobOptions): string[] {
  const local: Record<string, string> = {
    '--region': REGION,
    '--raw_path': folder.table('raw'),
    '--events_path': folder.table('events'),
    '--bad_events_path': folder.table('bad_events'),
    '--checkpoint_path': join(folder.lake, 'checkpoints'),
    '--endpoint_url': kinesisEndpoint,
  };
  const kept = Object.entries(job.arguments)
    .filter(([name]) => /^--[a-z]+(_[a-z]+)*$/.test(name) && !['--conf', '--metrics_namespace'].includes(name));
  return Object.entries({ ...Object.fromEntries(kept), ...local }).flat();
}

/** Glue takes one `--conf` and chains the others inside its value. Its `s3a` settings do no harm here. */
function sparkConfiguration({ job, toolchain, folder }: SparkJobOptions): string[] {
  const templates = (job.arguments['--conf'] ?? '').split(' --conf ').map(text => text.trim()).filter(Boolean);
  return [
    `spark.jars=${toolchain.jars.join(',')}`,
    ...templates,
    'spark.ui.enabled=false',
    'spark.driver.host=127.0.0.1',
    'spark.driver.bindAddress=127.0.0.1',
    `spark.sql.warehouse.dir=${join(folder.path, 'warehouse')}`,
    `spark.driver.extraJavaOptions=${JVM_OPTIONS}`,
  ];
}

export interface SparkJobEvents {
  message: [JobMessage];
  /** The driver died and is started again. */
  restart: [{ code: number; starts: number }];
  /** It died too often. */
  failed: [LocalRunError];
}

export class SparkJob extends EventEmitter<SparkJobEvents> {
  starts = 0;
  private driver?: Guarded;
  private stopping = false;
  /** The Python driver's: a signal to the JVM above it would be a crash. */
  private pid?: number;
  private lastLines: string[] = [];
  private readonly log: WriteStream;

  constructor(private readonly options: SparkJobOptions) {
    super();
    this.log = createWriteStream(join(options.folder.logs, 'spark.log'), { flags: 'a' });
  }

  /** Resolves when both queries run, and rejects when the job cannot be started. */
  async start(): Promise<void> {
    await this.zipPackage();
    const started = new Promise<void>((resolve, reject) => {
      this.on('message', ({ type }) => { if (type === 'started') resolve(); });
      this.once('failed', reject);
    });
    this.launch();
    return started;
  }

  /** Kills the driver as a lost machine would; it is started again like after any other death. */
  crash() {
    this.driver?.crash();
  }

  /** Lets running batches finish. A batch that is not done in time is killed, which loses nothing either. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.driver && this.pid !== undefined) {
      process.kill(this.pid, 'SIGTERM');
      await Promise.race([this.driver.exited, delay(STOP_MS, undefined, { ref: false })]);
    }
    await this.driver?.stop();
    this.log.end();
  }

  /** On AWS the deployment zips the staged directory. */
  private async zipPackage() {
    const { job, toolchain, folder } = this.options;
    const zip = ['-m', 'zipfile', '-c', folder.package, ...readdirSync(job.packagePath)];
    await promisify(execFile)(toolchain.python, zip, { cwd: job.packagePath });
  }

  private launch() {
    const { job, toolchain, folder } = this.options;
    const configuration = sparkConfiguration(this.options).flatMap(setting => ['--conf', setting]);
    const submit = ['--master', 'local[2]', '--driver-memory', '2g', '--py-files', folder.package, ...configuration];
    this.starts += 1;
    this.driver = new Guarded(toolchain.sparkSubmit, [...submit, job.scriptPath, ...jobArguments(this.options)], {
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
    void this.driver.exited.then(code => this.onExit(code));
  }

  private onLine(line: string) {
    this.keep(line);
    const message = parseMessage(line);
    if (message?.type === 'started') this.pid = Number(message.pid);
    if (message) this.emit('message', message);
  }

  private keep(line: string) {
    this.log.write(`${line}\n`);
    this.lastLines = [...this.lastLines.slice(1 - LAST_LINES), line];
  }

  private onExit(code: number) {
    this.pid = undefined;
    if (this.stopping) return;
    if (this.starts < MAX_STARTS) {
      this.emit('restart', { code, starts: this.starts });
      this.launch();
    } else {
      const log = join(this.options.folder.logs, 'spark.log');
      const end = this.lastLines.join('\n');
      this.emit('failed', new LocalRunError(`the Spark job ended ${MAX_STARTS} times; the end of ${log}:\n${end}`));
    }
  }
}

function parseMessage(line: string): JobMessage | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as JobMessage;
  } catch {
    return undefined; // a line of Spark's own that happens to start with a brace: it is in the log
  }
}
