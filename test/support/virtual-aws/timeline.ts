import { VirtualClock } from './virtual-clock';

/** Log of a simulation: minute, who, what happened. */
export class Timeline {
  /** Broken promises, each of which fails the simulation. */
  readonly violations: string[] = [];
  private readonly lines: string[] = [];

  constructor(private readonly clock: VirtualClock) {}

  note(who: string, what: string): void {
    const [sentence] = what.replace(/0{9,}/g, '…').split('\n'); // without the stack trace that the framework adds
    this.lines.push(`${this.clock.minutes.toFixed(2).padStart(8)}  ${who}: ${sentence}`);
  }

  violation(who: string, what: string): void {
    this.violations.push(`${who}: ${what}`);
    this.note(who, `VIOLATION: ${what}`);
  }

  /** The last lines, with the promises that were broken. */
  toString(lines = 120): string {
    return [...this.violations.map(text => `VIOLATION ${text}`), '  minute  resource: what happened',
      ...this.lines.slice(-lines)].join('\n');
  }
}
