interface Appointment {
  readonly at: number;
  readonly order: number;
  readonly run: () => void | Promise<void>;
}

const MINUTE = 60_000;

/**
 * Time that passes only from one appointment to the next. Appointments of the same moment keep their order, so a
 * simulation repeats exactly. Code under test sees it through jest's fake Date.
 */
export class VirtualClock {
  private appointments: Appointment[] = [];
  private made = 0;
  private time: number;

  constructor(readonly startedAt: Date) {
    this.time = startedAt.getTime();
    jest.useFakeTimers({
      now: this.time,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'setInterval', 'queueMicrotask', 'performance', 'hrtime'],
    });
  }

  get now(): Date {
    return new Date(this.time);
  }

  /** Minutes since the simulation began. */
  get minutes(): number {
    return (this.time - this.startedAt.getTime()) / MINUTE;
  }

  /** Runs something after a delay in minutes. */
  after(minutes: number, run: () => void | Promise<void>): void {
    const appointment = { at: this.time + Math.max(0, minutes) * MINUTE, order: this.made++, run };
    const later = this.appointments.findIndex(({ at }) => at > appointment.at);
    this.appointments.splice(later < 0 ? this.appointments.length : later, 0, appointment);
  }

  /** Keeps the appointments until `done`, or until there are none within `limit` minutes from now. */
  async run(limit: number, done: () => boolean = () => false): Promise<void> {
    const end = this.time + limit * MINUTE;
    while (!done() && this.appointments.length > 0 && this.appointments[0].at <= end) {
      const [next] = this.appointments.splice(0, 1);
      this.advanceTo(next.at);
      await next.run();
    }
    if (!done()) this.advanceTo(end);
  }

  private advanceTo(time: number): void {
    this.time = Math.max(this.time, time);
    jest.setSystemTime(this.time);
  }
}
