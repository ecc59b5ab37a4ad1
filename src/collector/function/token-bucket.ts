import { RATE_LIMIT_BURST_SECONDS } from './limits';

/** Lets a number of events a second through on average, and a burst of some seconds' worth at once. */
export class TokenBucket {
  // In thousandths of an event, of which a millisecond brings a whole number: sums of fractions are not exact.
  private readonly burst: number;
  private tokens: number;
  private filledAt = 0;

  /** @param rate events per second */
  constructor(private readonly rate: number) {
    this.burst = 1_000 * rate * RATE_LIMIT_BURST_SECONDS;
    this.tokens = this.burst;
  }

  /**
   * Whether so many events may pass now. If they may, they are counted. A batch larger than a burst may pass when the
   * bucket is full, or it never could. What it takes too much is missing afterwards.
   * @param now epoch milliseconds
   */
  take(events: number, now: number): boolean {
    const elapsedMs = Math.max(0, now - this.filledAt); // a clock may be set back
    this.tokens = Math.min(this.burst, this.tokens + elapsedMs * this.rate);
    this.filledAt = now;
    if (this.tokens < Math.min(1_000 * events, this.burst)) return false;
    this.tokens -= 1_000 * events;
    return true;
  }
}
