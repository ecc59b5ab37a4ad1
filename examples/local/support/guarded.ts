/** A process that cannot outlive the local run, whatever ends that: see guard.mjs. */
import { ChildProcess, spawn } from 'child_process';
import { join } from 'path';
import { createInterface } from 'readline';
import { killGroup, OUT_OF_CTRL_C, rememberGroup } from './processes';

export interface GuardedOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  onLine(line: string): void;
  onErrorLine(line: string): void;
}

export class Guarded {
  /** Resolves with the exit code when the command and all it started are gone. */
  readonly exited: Promise<number>;
  /** Resolves with the leader of the command's process group, once the guard has said it. */
  readonly named: Promise<number>;
  private readonly guard: ChildProcess;

  constructor(command: string, args: readonly string[], { env, cwd, onLine, onErrorLine }: GuardedOptions) {
    const guard = [join(__dirname, 'guard.mjs'), command, ...args];
    const { stdout, stderr } = this.guard = spawn(process.execPath, guard, {
      ...OUT_OF_CTRL_C, env, cwd, stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    });
    if (stdout) createInterface(stdout).on('line', onLine);
    if (stderr) createInterface(stderr).on('line', onErrorLine);
    this.exited = new Promise(resolve => this.guard.once('close', code => resolve(code ?? 1)));
    this.named = new Promise<number>(resolve =>
      this.guard.once('message', message => resolve((message as { pid: number }).pid)));
    // Before that a guard must not be killed, as nobody else knows whom it guards. The end of its input ends it.
    void this.named.then(leader => {
      rememberGroup(this.guard.pid as number, this.exited);
      rememberGroup(leader, this.exited);
    });
    // A guard that is killed takes nobody down by itself.
    const gone = new Promise(resolve => this.guard.once('exit', resolve));
    void Promise.all([this.named, gone]).then(([leader]) => killGroup(leader));
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
