/** Keeps a run of the template's Glue job going: starts another one when it dies, as the keeper does on AWS. */
import { EventEmitter } from 'events';
import { join } from 'path';
import { JobMessage, SparkRun, SparkRunOptions, zipPackages } from './spark-run';
import { LocalRunError } from '../support/errors.cjs';

/** The keeper stops after five starts in an hour too: a job that cannot run should say so, not spin. */
const MAX_STARTS = 5;
/** Exit codes (EXIT_CODES of clickstream_job.py) after which another start would end alike, or end another run. */
const FINAL: Readonly<Record<number, string>> = {
  2: 'the Spark job cannot run with what it was given',
  3: 'another run of the Spark job has begun to write these tables, so this one has ended',
};

export interface SparkJobEvents {
  message: [JobMessage];
  /** The driver died and is started again. */
  restart: [{ code: number; starts: number }];
  /** It died too often. */
  failed: [LocalRunError];
}

export class SparkJob extends EventEmitter<SparkJobEvents> {
  starts = 0;
  private run?: SparkRun;
  private stopping = false;

  constructor(private readonly options: SparkRunOptions) {
    super();
  }

  /** Resolves when both queries run, and rejects when the job cannot be started. */
  async start(): Promise<void> {
    await zipPackages(this.options);
    const started = new Promise<void>((resolve, reject) => {
      this.on('message', ({ type }) => { if (type === 'started') resolve(); });
      this.once('failed', reject);
    });
    this.launch();
    return started;
  }

  /** Kills the driver as a lost machine would; it is started again like after any other death. */
  crash() {
    this.run?.crash();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.run?.stop();
  }

  private launch() {
    this.starts += 1;
    const run = new SparkRun(this.options, message => this.emit('message', message));
    this.run = run;
    void run.exited.then(code => this.onExit(code, run));
  }

  private onExit(code: number, run: SparkRun) {
    if (this.stopping) return;
    if (this.starts < MAX_STARTS && FINAL[code] === undefined) {
      this.emit('restart', { code, starts: this.starts });
      this.launch();
    } else {
      const log = join(this.options.folder.logs, 'spark.log');
      const ended = FINAL[code] ?? `the Spark job ended ${MAX_STARTS} times`;
      this.emit('failed', new LocalRunError(`${ended}; the end of ${log}:\n${run.end}`));
    }
  }
}
