// Lets time run faster in the functions of the emulator, which wait for minutes: loaded by NODE_OPTIONS. The emulator's
// own times, of runs, are on the same clock (clock.py).
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
