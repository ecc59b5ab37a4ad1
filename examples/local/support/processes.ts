/** The processes that the local run has started. */
import { ChildProcess } from 'child_process';

/**
 * Puts a process of the local run into a group of its own, which the terminal's Ctrl-C does not reach: the local run
 * decides when each one ends. Each ends by itself with it, because its standard input or its IPC channel ends then.
 */
export const OUT_OF_CTRL_C = { detached: true } as const;

/** Leaders of the groups that still run. */
const groups = new Set<number>();

/** Keeps the id of a group until `gone` resolves. */
export function rememberGroup(leader: number, gone: Promise<unknown>) {
  groups.add(leader);
  void gone.finally(() => groups.delete(leader));
}

/** @param child started OUT_OF_CTRL_C */
export function remember<Child extends ChildProcess>(child: Child): Child {
  if (child.pid !== undefined) {
    rememberGroup(child.pid, new Promise<void>(resolve => child.once('exit', () => resolve())));
  }
  return child;
}

/** SIGKILL to whatever still runs: the second way to stop, for when the first one hangs. */
export function killRemaining() {
  groups.forEach(killGroup);
}

/** SIGKILL to a process and all it started, if they still run. */
export function killGroup(leader: number) {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has just ended by itself
  }
}
