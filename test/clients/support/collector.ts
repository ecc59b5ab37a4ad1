/**
 * The collector as clients meet it: the bundled function of the synthesized template, behind the edge, in front of the
 * Kinesis emulator.
 */
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { run } from './client-process';
import { Copies, StoredLine, storedLine } from './stored-line';
import { CustomDomain, Edge, EdgeTemplate, LambdaHost, LocalKinesis, readStack } from '../../../examples/local/aws';
import { until } from '../../../examples/local/support';
import type { CloudFrontUse } from '../../../src/collector/cloud-front-use';
import type { CollectorEdge } from '../../../src/collector/collector-edge';
import type { ConsentMode } from '../../../src/collector/privacy-options';

/** Two cores that also do something else. */
const STORED_MS = 20_000;

export interface CollectorOptions {
  /** Absent: a REST API. */
  readonly edge?: CollectorEdge;
  /** Source id → write key; each source is its own application. Absent: an open collector. */
  readonly sources?: Readonly<Record<string, string>>;
  readonly pathAliases?: Readonly<Record<string, string>>;
  /** At the collector's own host. */
  readonly firstPartyCookie?: boolean;
  readonly consentMode?: ConsentMode;
  /** With a distribution, in the stack `Front`. */
  readonly cloudFront?: CloudFrontUse;
}

/** Where one collector is reached; none ends in a slash. */
export interface CollectorUrls {
  /** The API's host: what SDKs get that append `/v1/…` themselves. */
  readonly host: string;
  /** The host with `/v1`: what the construct calls endpointUrl. */
  readonly stage: string;
  /** A custom domain mapped to the stage. A function URL has only its host. */
  readonly domain: string;
  /** A custom domain's base path mapped to the stage. */
  readonly basePath: string;
}

export class Collector {
  static async start(options: CollectorOptions = {}): Promise<Collector> {
    const [collector] = await Collector.startAll([options]);
    return collector;
  }

  /** Some of them, synthesized together. */
  static async startAll(all: readonly CollectorOptions[]): Promise<Collector[]> {
    const folders = all.map(() => mkdtempSync(join(tmpdir(), 'clients-')));
    await synthesize(folders.map((folder, index) => [assembly(folder), all[index]]));
    return Promise.all(folders.map(folder => Collector.startIn(folder)));
  }

  private static async startIn(folder: string): Promise<Collector> {
    const { edge, stream } = readStack(assembly(folder));
    const kinesis = await LocalKinesis.start(join(folder, 'kinesis'), stream);
    const collector = new Collector(folder, edge, kinesis);
    try {
      await collector.listen();
    } catch (error) {
      await collector.stop();
      throw error;
    }
    return collector;
  }

  urls!: CollectorUrls;
  readonly log: string[] = [];
  private readonly lambda: LambdaHost;
  private readonly edges: Edge[] = [];

  private constructor(
    private readonly folder: string, readonly edge: EdgeTemplate, private readonly kinesis: LocalKinesis,
  ) {
    this.lambda = new LambdaHost(edge.integration, {
      platformEnvironment: { AWS_ENDPOINT_URL_KINESIS: kinesis.endpoint },
      maxInstances: 2,
      onLogLine: line => this.log.push(line),
    });
  }

  /** Folder of its cloud assembly. */
  get assembly(): string {
    return assembly(this.folder);
  }

  async stop(): Promise<void> {
    await Promise.all(this.edges.map(edge => edge.close()));
    await this.lambda.close();
    await this.kinesis.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Everything in the stream. */
  async lines(): Promise<StoredLine[]> {
    return (await this.kinesis.lines()).map(storedLine);
  }

  /** What could not become an event. */
  async badLines(): Promise<StoredLine[]> {
    return (await this.lines()).filter(({ kind }) => kind === 'bad');
  }

  /** The events of a source, by id, once it has as many as expected. */
  async eventsOf(source: string, count: number): Promise<Copies> {
    return this.eventsUntil(source, copies => copies.ids.length >= count);
  }

  /** The events of a source, once they are complete. */
  async eventsUntil(source: string, complete: (copies: Copies) => boolean): Promise<Copies> {
    return this.events(`the events of ${source}`, line => line.source_id === source, complete);
  }

  /** The events with these ids, once all are there. */
  async eventsWith(ids: readonly string[]): Promise<Copies> {
    const wanted = new Set(ids);
    return this.events(
      `events ${ids.join(', ')}`,
      line => wanted.has(String(line.event_id)),
      copies => copies.ids.length === wanted.size,
    );
  }

  private async events(
    what: string,
    belongs: (line: StoredLine) => boolean,
    complete: (copies: Copies) => boolean,
  ): Promise<Copies> {
    let copies = new Copies([]);
    return until(STORED_MS, what, async () => {
      copies = new Copies((await this.lines()).filter(line => line.kind === 'event' && belongs(line)));
      return complete(copies) && copies;
    }).catch((error: Error) => {
      throw new Error(`${error.message}; stored are ${copies.events.map(event => event.event_name).join(', ')}`);
    });
  }

  private async listen(): Promise<void> {
    const open = async (domain?: CustomDomain) => {
      const opened = new Edge(this.edge, this.lambda, domain);
      const url = await opened.listen(0);
      this.edges.push(opened);
      return url.replace(/\/$/, '');
    };
    const { origin: host } = new URL(await open());
    const hasDomain = this.edge.kind !== 'function URL';
    this.urls = {
      host,
      stage: `${host}/v1`,
      domain: hasDomain ? await open({ basePath: '' }) : host,
      basePath: hasDomain ? await open({ basePath: 'clicks' }) : host,
    };
  }
}

const assembly = (folder: string) => join(folder, 'cdk.out');

/** In a process of its own: jest would take longer to load the CDK than the CDK takes to synthesize. */
async function synthesize(all: ReadonlyArray<readonly [outdir: string, options: CollectorOptions]>): Promise<void> {
  const args = all.flatMap(([outdir, options]) => [outdir, JSON.stringify(options)]);
  await run(process.execPath, ['--import', 'tsx', join(__dirname, 'synthesize.ts'), ...args]);
}
