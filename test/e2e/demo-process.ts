/** Starts the program of `npm run demo` as a user does, and finds the processes that it leaves behind. */
import { ChildProcess, execFileSync, spawn } from 'child_process';
import { mkdtempSync } from 'fs';
import { join } from 'path';
import { until } from '../../examples/local/support';
import { ROOT } from '../support/set-up';

const LOCAL = join(ROOT, '.local');
/** Two cores that also do something else. */
export const START_MS = 180_000;
export const FREE_PORTS = ['--site-port', '0', '--live-port', '0', '--collector-port', '0'];
const GONE_MS = 20_000;
const DEMO = join(ROOT, 'examples', 'local', 'demo.mjs');

export class DemoProcess {
  readonly folder = mkdtempSync(join(LOCAL, 'e2e-'));
  output = '';
  exitCode?: number;
  readonly exited: Promise<number>;
  private readonly child: ChildProcess;

  constructor(args: readonly string[], command: readonly string[] = [process.execPath, DEMO]) {
    const [program, ...first] = command;
    this.child = spawn(program, [...first, ...args, '--data', this.folder],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', chunk => { this.output += chunk; });
    this.exited = new Promise(resolve => this.child.once('close', (code, signal) => {
      this.exitCode = code ?? 128;
      this.output += signal ? `\n(ended by ${signal})` : '';
      resolve(this.exitCode);
    }));
  }

  /** Waits for text in the output. @returns the match */
  async says(pattern: RegExp, milliseconds = START_MS): Promise<RegExpExecArray> {
    return until(milliseconds, `${pattern} in:\n${this.output}`, async () => {
      const found = pattern.exec(this.output);
      if (!found && this.exitCode !== undefined) {
        throw new Error(`the demo ended with ${this.exitCode} before it said ${pattern}:\n${this.output}`);
      }
      return found ?? undefined;
    });
  }

  /** As a terminal does on Ctrl-C: to everything in the foreground. */
  signalGroup(signal: NodeJS.Signals) {
    if (this.exitCode === undefined) process.kill(-(this.child.pid as number), signal);
  }

  signal(signal: NodeJS.Signals) {
    this.child.kill(signal);
  }

  /** Command lines of processes that still work in the run's folder: emulator, function instances, Spark, reader. */
  get leftovers(): string[] {
    return execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).split('\n')
      .filter(line => line.includes(this.folder)).map(line => line.slice(0, 200));
  }

  /** The process of this run whose command line has the text. */
  pidOf(text: string): number {
    return Number(this.leftovers.find(line => line.includes(text))?.trim().split(' ')[0]);
  }

  async leavesNothing(): Promise<void> {
    await until(GONE_MS, 'every process of the demo to end', async () => this.leftovers.length === 0)
      .catch(() => { throw new Error(`these processes are still there:\n${this.leftovers.join('\n')}`); });
  }
}
