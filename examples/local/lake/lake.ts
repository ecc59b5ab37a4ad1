/** Asks the lake's tables through lake_server.py: without Spark, as any other reader of Delta would. */
import { ChildProcessWithoutNullStreams, spawn } from 'child_process';
import { join } from 'path';
import { createInterface } from 'readline';
import { Toolchain } from '../setup/toolchain';
import { LocalRunError } from '../support/errors.cjs';
import { OUT_OF_CTRL_C } from '../support/processes';

/** The question failed, or there is no lake yet. */
export class LakeQueryError extends LocalRunError {}

const ENDED = 'the process that reads the lake has ended';

interface Question {
  resolve(rows: unknown[]): void;
  reject(error: LakeQueryError): void;
}

type Answer = { readonly id: number; readonly rows: unknown[] } | { readonly id: number; readonly error: string };

export class Lake {
  private readonly server: ChildProcessWithoutNullStreams;
  private readonly open = new Map<number, Question>();
  private readonly exited: Promise<void>;
  private lastId = 0;

  constructor({ python }: Toolchain, folder: string) {
    this.server = spawn(python, [join(__dirname, 'lake_server.py'), folder], OUT_OF_CTRL_C);
    this.server.stderr.pipe(process.stderr, { end: false });
    this.server.stdin.on('error', () => undefined); // the process is gone, which rejects the open questions
    createInterface(this.server.stdout).on('line', line => this.onAnswer(JSON.parse(line) as Answer));
    this.exited = new Promise(resolve => this.server.once('close', () => { this.onExit(); resolve(); }));
  }

  /** @throws LakeQueryError */
  query<Row>(sql: string): Promise<Row[]> {
    const id = ++this.lastId;
    const { exitCode, signalCode } = this.server;
    if (exitCode !== null || signalCode !== null) return Promise.reject(new LakeQueryError(ENDED));
    return new Promise((resolve, reject) => {
      this.open.set(id, { resolve: rows => resolve(rows as Row[]), reject });
      this.server.stdin.write(`${JSON.stringify({ id, sql })}\n`);
    });
  }

  /** Like query, but without rows while the tables do not exist yet. */
  async queryIfReady<Row>(sql: string): Promise<Row[]> {
    return this.query<Row>(sql).catch((error: unknown) => {
      if (error instanceof LakeQueryError) return [];
      throw error;
    });
  }

  async stop(): Promise<void> {
    this.server.stdin.end();
    await this.exited;
  }

  private onAnswer(answer: Answer) {
    const question = this.open.get(answer.id);
    this.open.delete(answer.id);
    if ('error' in answer) question?.reject(new LakeQueryError(answer.error));
    else question?.resolve(answer.rows);
  }

  private onExit() {
    for (const { reject } of this.open.values()) reject(new LakeQueryError(ENDED));
    this.open.clear();
  }
}
