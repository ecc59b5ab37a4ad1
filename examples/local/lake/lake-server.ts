/** The process that reads the lake: lake_server.py, which answers one question at a time. */
import { ChildProcessWithoutNullStreams, spawn } from 'child_process';
import { createInterface } from 'readline';
import { setTimeout as delay } from 'timers/promises';
import { LocalRunError } from '../support/errors.cjs';
import { printable } from '../support/printable.cjs';
import { OUT_OF_CTRL_C, remember } from '../support/processes';

/** Imports of Arrow and DuckDB on a machine with two cores, while Spark starts. */
const START_MS = 60_000;
/** A reader that waits for a question ends at once. */
const STOP_MS = 1_000;

const ENDED = 'the process that reads the lake has ended';

/** The question failed, or there is no lake yet. */
export class LakeQueryError extends LocalRunError {}

/** The question was not answered in time. */
export class LateAnswerError extends LakeQueryError {}

type Message = { readonly ready: true } | { readonly rows: unknown[] } | { readonly error: string };

export class LakeServer {
  ended = false;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly exited: Promise<void>;
  private readonly ready: Promise<Message>;
  private onMessage: (message: Message) => void = () => undefined;

  constructor(program: string, args: readonly string[]) {
    this.child = remember(spawn(program, args, OUT_OF_CTRL_C));
    this.child.stdin.on('error', () => undefined); // the process is gone, which fails the question
    createInterface(this.child.stdout).on('line', line => this.onMessage(JSON.parse(line) as Message));
    createInterface(this.child.stderr).on('line', line => process.stderr.write(`${printable(line)}\n`));
    this.exited = new Promise(resolve => this.child.once('close', () => { this.ended = true; resolve(); }));
    this.child.once('error', () => { this.ended = true; }); // the program does not start
    this.ready = this.nextMessage();
    this.ready.catch(() => undefined); // the first question fails with it
  }

  /** @throws LakeQueryError */
  async ask(sql: string, milliseconds: number): Promise<unknown[]> {
    await this.within(START_MS, this.ready);
    const answer = this.nextMessage();
    this.child.stdin.write(`${JSON.stringify({ sql })}\n`);
    const message = await this.within(milliseconds, answer);
    if ('error' in message) throw new LakeQueryError(message.error);
    return 'rows' in message ? message.rows : [];
  }

  async stop(): Promise<void> {
    if (this.child.pid === undefined) return;
    this.child.stdin.end();
    await Promise.race([this.exited, delay(STOP_MS, undefined, { ref: false })]);
    await this.kill();
  }

  private async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private nextMessage(): Promise<Message> {
    const message = new Promise<Message>(resolve => { this.onMessage = resolve; });
    const end = this.exited.then((): Message => { throw new LakeQueryError(ENDED); });
    return Promise.race([message, end]);
  }

  /** Ends the process when the time is over: whatever it hangs in, it will not answer the next question either. */
  private async within(milliseconds: number, answer: Promise<Message>): Promise<Message> {
    const timer = new AbortController();
    const late = delay(milliseconds, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
    const first = await Promise.race([answer, late]).finally(() => timer.abort());
    if (first !== 'late') return first;
    answer.catch(() => undefined);
    await this.kill();
    const seconds = Math.round(milliseconds / 1000);
    throw new LateAnswerError(`the lake did not answer within ${seconds} s`,
      'its reader was started again, ask once more');
  }
}
