/** A process that cannot outlive the local run, whatever ends that: see guard.mjs. */
import { ChildProcess, spawn } from 'child_process';
import { join } from 'path';
import { createInterface } from 'readline';
import { OUT_OF_CTRL_C, remember, rememberGroup } from './processes';

export interface GuardedOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  onLine(line: string): void;
  onErrorLine(line: string): void;
}

export class Guarded {
  /** Resolves with the exit code when the command and all it started are gone. */
  readonly exited: Promise<number>;
  private readonly guard: ChildProcess;

  constructor(command: string, args: readonly string[], { env, cwd, onLine, onErrorLine }: GuardedOptions) {
    const guard = [join(__dirname, 'guard.mjs'), command, ...args];
    const { stdout, stderr } = this.guard = remember(spawn(process.execPath, guard, {
      ...OUT_OF_CTRL_C, env, cwd, stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    }));
    if (stdout) createInterface(stdout).on('line', onLine);
    if (stderr) createInterface(stderr).on('line', onErrorLine);
    this.exited = new Promise(resolve => this.guard.once('close', code => resolve(code ?? 1)));
    this.guard.once('message', message => rememberGroup((message as { pid: number }).pid, this.exited));
  }

  async stop(): Promise<void> {
    this.guard.stdin?.end();
    await this.exited;
  }

  /** SIGKILL to the command and all it started. */
  crash() {
    this.guard.kill('SIGUSR2');
  }
}
