import { Chance } from '../../support/virtual-aws/chance';
import { VirtualClock } from '../../support/virtual-aws/virtual-clock';
import { VirtualGlue, VirtualRun } from '../../support/virtual-aws/virtual-glue';

/** The last request may be answered this long after its stage is gone. */
const LONGEST_REQUEST_MINUTES = 29 / 60;

/** Events that the collector acknowledges while it has its stage, and those that no run has read. Times are minutes. */
export class EventTraffic {
  private unreadSince: number[] = [];
  private readonly beganAt = new Map<string, number>();
  private closesAt = Infinity;
  received = 0;

  constructor(private readonly clock: VirtualClock, private readonly chance: Chance) {}

  get unread(): number {
    return this.unreadSince.length;
  }

  start(): void {
    if (this.clock.minutes >= this.closesAt) return;
    this.unreadSince.push(this.clock.minutes);
    this.received += 1;
    this.clock.after(this.chance.between(0.05, 0.5), () => this.start());
  }

  close(): void {
    this.closesAt = this.clock.minutes + LONGEST_REQUEST_MINUTES;
  }

  /** A run that has its workers. A continuous one reads on, batch by batch. */
  readBy(run: VirtualRun, glue: VirtualGlue): void {
    this.beganAt.set(run.id, this.clock.minutes);
    if (glue.mode(run) === 'continuous') this.readOn(run);
  }

  /** A drain that succeeded has read everything from before it began. */
  readUpTo(run: VirtualRun): void {
    const began = this.beganAt.get(run.id);
    if (run.state === 'SUCCEEDED' && began !== undefined) {
      this.unreadSince = this.unreadSince.filter(time => time > began);
    }
  }

  private readOn(run: VirtualRun): void {
    if (run.state !== 'RUNNING') return;
    this.unreadSince = [];
    this.clock.after(0.5, () => this.readOn(run));
  }
}
