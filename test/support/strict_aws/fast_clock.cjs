// Lets time run faster in functions that wait for minutes: loaded by NODE_OPTIONS. The times of what they wait for are
// on the same clock: those of the emulator's runs (clock.py), or those of real runs (fast-clock.ts).
const start = Number(process.env.FAST_CLOCK_START) * 1000;
const rate = Number(process.env.FAST_CLOCK_RATE);
const RealDate = Date;

const now = () => Math.floor(start + (RealDate.now() - start) * rate);

globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }

  static now() {
    return now();
  }
};
