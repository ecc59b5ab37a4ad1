import { join } from 'path';

/** What setup.mjs has put in place. */
export interface Toolchain {
  readonly root: string;
  readonly python: string;
  readonly sparkSubmit: string;
  readonly jars: readonly string[];
}

/** Where a run keeps its files. */
export class RunFolder {
  readonly assembly: string;
  readonly kinesis: string;
  readonly lake: string;
  readonly logs: string;
  readonly package: string;

  constructor(readonly path: string) {
    this.assembly = join(path, 'cdk.out');
    this.kinesis = join(path, 'kinesis');
    this.lake = join(path, 'lake');
    this.logs = join(path, 'logs');
    this.package = join(path, 'clickstream_lakehouse.zip');
  }

  table(name: 'raw' | 'events' | 'bad_events'): string {
    return join(this.lake, name);
  }
}
