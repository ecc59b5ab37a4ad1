/** Reads the tables through the emulator itself, so that no right of the job is used. */
import { ChildProcessByStdio, spawn } from 'child_process';
import { join } from 'path';
import { createInterface } from 'readline';
import { Readable, Writable } from 'stream';
import { Version } from './version';
import { toolchain } from '../support/set-up';

export interface Tables {
  readonly recordCopies: number;
  /** ids of the events in the records of the raw table */
  readonly raw: readonly string[];
  /** id → how often it is in the events table */
  readonly events: Readonly<Record<string, number>>;
  /** id → the columns anonymous_id, geo_country and asn */
  readonly persons: Readonly<Record<string, readonly [string, string | null, number | null]>>;
  /** how often Delta has merged small files of each table */
  readonly compactions: { readonly raw: number; readonly events: number };
}

/** One process for all questions, because it takes a second of processor time to start. */
export class TableReader {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly answers: AsyncIterator<string>;

  constructor(endpoint: string) {
    // It ends by itself when its input does, which is when this process has ended, too.
    this.child = spawn(toolchain().python, [join(__dirname, 'read_tables.py'), endpoint], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.answers = createInterface(this.child.stdout)[Symbol.asyncIterator]();
  }

  async read({ stack: { job } }: Version): Promise<Tables> {
    this.child.stdin.write(`${JSON.stringify([job.arguments['--raw_path'], job.arguments['--events_path']])}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error('the reader of the tables has ended');
    return JSON.parse(value) as Tables;
  }

  async stop(): Promise<void> {
    this.child.stdin.end();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    await new Promise(resolve => this.child.once('exit', resolve));
  }
}
