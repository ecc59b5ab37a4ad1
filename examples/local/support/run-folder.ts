/** The folder where a run keeps its files. */
import { mkdirSync, rmSync } from 'fs';
import { join } from 'path';
import type { TABLES } from '../../../src/contract/generated';

export class RunFolder {
  readonly assembly: string;
  readonly kinesis: string;
  readonly lake: string;
  readonly logs: string;
  /** holds the zips of Python code that the job gets */
  readonly packages: string;

  constructor(readonly path: string) {
    this.assembly = join(path, 'cdk.out');
    this.kinesis = join(path, 'kinesis');
    this.lake = join(path, 'lake');
    this.logs = join(path, 'logs');
    this.packages = join(path, 'packages');
  }

  table(name: keyof typeof TABLES): string {
    return join(this.lake, name);
  }

  /** Empties the folder, or keeps the tables and the stream of the last run. */
  prepare(keep: boolean) {
    if (!keep) for (const path of [this.lake, this.kinesis]) rmSync(path, { recursive: true, force: true });
    for (const path of [this.assembly, this.logs, this.packages]) rmSync(path, { recursive: true, force: true });
    for (const path of [this.kinesis, this.lake, this.logs, this.packages]) mkdirSync(path, { recursive: true });
  }
}
