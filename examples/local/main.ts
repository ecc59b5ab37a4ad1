/** Starts everything, prints its addresses, stops everything. */
import { join, resolve } from 'path';
import { setTimeout as delay } from 'timers/promises';
import { synthesizeLocalApp } from './aws/app';
import { LocalLakehouse } from './aws/local-lakehouse';
import { readStack } from './aws/local-stack';
import { readSettings, Settings, shopWriteKey } from './aws/settings';
import { Checklist } from './live/checklist';
import { LiveWatch } from './live/live-watch';
import { StaticServer } from './live/static-server';
import { Toolchain } from './setup/toolchain';
import { LocalRunError } from './support/errors.cjs';
import { printableLines } from './support/printable.cjs';
import { killRemaining } from './support/processes';
import { RunFolder } from './support/run-folder';
import { say } from './support/say';
import { runOnce } from './workload/once';

export interface DemoOptions {
  readonly once: boolean;
  readonly events: number;
  readonly killJob: boolean;
  readonly keep: boolean;
  readonly data: string;
  /** path of the settings' file */
  readonly settings?: string;
  readonly ports: { readonly site: number; readonly live: number; readonly collector: number };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

class Demo {
  private readonly startedAt = Date.now();
  private readonly stops: Array<() => Promise<void>> = [];

  private readonly settings: Settings;
  /** known once the collector listens, which the shop does before it */
  private collectorUrl?: string;

  constructor(private readonly options: DemoOptions, private readonly toolchain: Toolchain) {
    this.settings = readSettings(options.settings);
  }

  get writeKey(): string {
    return shopWriteKey(this.settings);
  }

  async start(): Promise<LocalLakehouse> {
    const siteUrl = await this.serveShop();
    const lakehouse = await this.startLakehouse(siteUrl);
    lakehouse.job.on('restart', ({ code, starts }) => say(`  ! the Spark driver died (${code}); start ${starts + 1}`));
    const started = lakehouse.job.start();
    started.catch(() => undefined); // awaited below, but it may fail while the pages start
    await this.serveLivePage(lakehouse, siteUrl);
    say('  … the Spark job starts (10 to 15 s)');
    await started;
    say(`  ✓ ready after ${((Date.now() - this.startedAt) / 1000).toFixed(1)} s\n`);
    return lakehouse;
  }

  /** What does not stop in time is killed: Ctrl-C must not hang with whatever hangs. */
  async stop() {
    const stopped = this.stopInOrder().catch((error: Error) => say(`  ! ${error.message}`));
    const late = delay(STOP_MS, 'late', { ref: false });
    if (await Promise.race([stopped, late]) === 'late') say('  ! some processes do not stop: they are killed');
    killRemaining();
  }

  private async stopInOrder() {
    for (const stop of this.stops.reverse()) await stop();
  }

  private async serveShop(): Promise<string> {
    const site = new StaticServer(join(this.toolchain.root, 'assets', 'website'),
      { '/config.json': () => ({ collectorUrl: this.collectorUrl, writeKey: this.writeKey }) });
    const url = await site.listen(this.options.ports.site, 'site');
    this.stops.push(() => site.close());
    return url;
  }

  private async startLakehouse(siteUrl: string): Promise<LocalLakehouse> {
    const { options, settings, toolchain } = this;
    const folder = new RunFolder(resolve(toolchain.root, options.data));
    folder.prepare(options.keep);
    const { origin } = new URL(siteUrl);
    synthesizeLocalApp(folder.assembly, settings, [origin, origin.replace('127.0.0.1', 'localhost')]);
    const stack = readStack(folder.assembly);
    const { customDomain } = settings;
    const collectorPort = options.ports.collector;
    const lakehouse = await LocalLakehouse.start({ stack, toolchain, folder, collectorPort, customDomain });
    this.stops.push(() => lakehouse.stop());
    this.collectorUrl = lakehouse.collectorUrl;
    return lakehouse;
  }

  private async serveLivePage(lakehouse: LocalLakehouse, siteUrl: string) {
    const { collectorUrl } = lakehouse;
    const checklist = new Checklist(this.startedAt,
      ({ title, seconds }) => say(`  ✓ ${title} (${seconds?.toFixed(1)} s)`));
    const watch = new LiveWatch(lakehouse, checklist);
    const live = new StaticServer(join(__dirname, 'live', 'page'),
      { '/state.json': () => ({ ...watch.snapshot, siteUrl, collectorUrl }) });
    const liveUrl = await live.listen(this.options.ports.live, 'live');
    this.stops.push(() => live.close());
    watch.start();
    this.stops.push(async () => { await Promise.all([lakehouse.lake.stop(), watch.stop()]); });
    say(`\n  shop       ${siteUrl}   ← click here`);
    say(`  live page  ${liveUrl}   ← see the rows here`);
    say(`  collector  ${collectorUrl}\n`);
    if (this.settings.writeKeys) say(`  the shop sends the write key ${this.writeKey}\n`);
    checklist.reach('site');
  }
}

/** Ctrl-C has to end the demo within 10 s. */
const STOP_MS = 9000;

/** Ctrl-C in a terminal reaches us directly and once more through npm, which passes it on. */
const SAME_CTRL_C_MS = 1000;

/** Resolves with the first signal that asks us to stop. A later one ends the process at once. */
function interrupted(): Promise<NodeJS.Signals> {
  return new Promise(done => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      first ??= Date.now();
      if (Date.now() - first > SAME_CTRL_C_MS) {
        killRemaining();
        process.exit(1);
      }
      done(signal);
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}

/** @returns the exit code */
export async function runDemo(options: DemoOptions, toolchain: Toolchain): Promise<number> {
  const demo = new Demo(options, toolchain);
  const signal = interrupted();
  const crashed = new Promise<never>((_resolve, reject) => process.on('uncaughtException', reject));
  try {
    const work = demo.start().then(lakehouse =>
      options.once ? runOnce(lakehouse, { ...options, writeKey: demo.writeKey }) : untilFailed(lakehouse));
    const result = await Promise.race([work, signal, crashed]);
    return result === true ? 0 : typeof result === 'string' ? interruptedCode(options) : 1;
  } catch (error) {
    if (!(error instanceof LocalRunError)) throw error;
    process.stderr.write(`${printableLines(error.message)}\n`);
    return 1;
  } finally {
    say('\n  stopping …');
    await demo.stop();
  }
}

/** Ctrl-C is how the demo ends, but it cuts a run short that has to say yes or no. */
function interruptedCode({ once }: DemoOptions): number {
  return once ? 130 : 0;
}

function untilFailed({ job }: LocalLakehouse): Promise<never> {
  say('  Open the shop and click; Ctrl-C stops everything.\n');
  return new Promise((_resolve, reject) => job.once('failed', reject));
}
