/** Asks the lake's tables through lake_server.py: without Spark, as any other reader of Delta would. */
import { join } from 'path';
import { LakeQueryError, LakeServer, LateAnswerError } from './lake-server';
import { Toolchain } from '../setup/toolchain';

/** A count of the tables takes a tenth of a second, and half of a machine with two cores may be busy. */
const ANSWER_MS = 8_000;

interface Question {
  readonly sql: string;
  resolve(rows: unknown[]): void;
  reject(error: unknown): void;
}

export interface LakeOptions {
  /** that answers the questions @default lake_server.py */
  readonly script?: string;
  /** limit of each question */
  readonly answerMs?: number;
}

export class Lake {
  private readonly script: string;
  private readonly answerMs: number;
  private readonly waiting: Question[] = [];
  private server?: LakeServer;
  private busy = false;
  private stopped = false;

  constructor(private readonly toolchain: Toolchain, private readonly folder: string, options: LakeOptions = {}) {
    this.script = options.script ?? join(__dirname, 'lake_server.py');
    this.answerMs = options.answerMs ?? ANSWER_MS;
    this.server = this.startServer();
  }

  /** @throws LakeQueryError when the question fails, is not answered in time, or there is no lake yet */
  query<Row>(sql: string): Promise<Row[]> {
    return new Promise<unknown[]>((resolve, reject) => {
      this.waiting.push({ sql, resolve, reject });
      void this.work();
    }) as Promise<Row[]>;
  }

  /** Like query, but without rows while the tables do not exist yet. */
  async queryIfReady<Row>(sql: string): Promise<Row[]> {
    return this.query<Row>(sql).catch((error: unknown) => {
      if (error instanceof LakeQueryError) return [];
      throw error;
    });
  }

  /** Like query, but without rows when the answer takes too long: for those who ask again. */
  async queryIfInTime<Row>(sql: string): Promise<Row[]> {
    return this.query<Row>(sql).catch((error: unknown) => {
      if (error instanceof LateAnswerError) return [];
      throw error;
    });
  }

  /** Ends the reader, even one that hangs. Open questions fail. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.server?.stop();
  }

  /** One question at a time, so that a slow one does not take the time of those behind it. */
  private async work() {
    if (this.busy) return;
    this.busy = true;
    for (let question = this.waiting.shift(); question !== undefined; question = this.waiting.shift()) {
      await this.ask(question.sql).then(question.resolve, question.reject);
    }
    this.busy = false;
  }

  private async ask(sql: string): Promise<unknown[]> {
    if (!this.stopped && this.server?.ended !== false) this.server = this.startServer();
    return (this.server as LakeServer).ask(sql, this.answerMs);
  }

  private startServer(): LakeServer {
    // The reader itself gives up a little later, for when nobody is left to end it.
    const seconds = Math.ceil(this.answerMs / 1000) + 2;
    return new LakeServer(this.toolchain.python, [this.script, this.folder, String(seconds)]);
  }
}
