import { join } from 'path';

const PRELOADED = join(__dirname, 'strict_aws', 'fast_clock.cjs');

/** A clock that runs faster than the real one, here and in the processes that get its environment. */
export class FastClock {
  private readonly startedAt = Date.now();

  constructor(private readonly rate: number) {}

  get now(): Date {
    return new Date(this.startedAt + (Date.now() - this.startedAt) * this.rate);
  }

  /** For a Node process. */
  get environment(): Record<string, string> {
    return {
      FAST_CLOCK_START: String(this.startedAt / 1000),
      FAST_CLOCK_RATE: String(this.rate),
      NODE_OPTIONS: `--require ${JSON.stringify(PRELOADED)}`,
    };
  }

  /** Runs something after a delay in minutes of this clock. */
  after(minutes: number, run: () => void | Promise<void>): void {
    setTimeout(() => void run(), minutes * 60_000 / this.rate);
  }
}
