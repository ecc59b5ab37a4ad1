/** The template's stream on the Kinesis emulator. */
import { ChildProcess, fork } from 'child_process';
import { join } from 'path';
import {
  CreateStreamCommand, DescribeStreamSummaryCommand, GetRecordsCommand, GetShardIteratorCommand, KinesisClient,
  ListShardsCommand, ResourceInUseException,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { REGION } from './intrinsics';
import { OUT_OF_CTRL_C, remember } from '../support/processes';
import { until } from '../support/until';

const STREAM_READY_MS = 10_000;

export interface StreamOptions { readonly name: string; readonly shards: number }

export class LocalKinesis {
  /** @param directory of the emulator's records, so that a later run can go on with them */
  static async start(directory: string, stream: StreamOptions): Promise<LocalKinesis> {
    const child = remember(fork(join(__dirname, 'kinesis-server.cjs'), [directory], {
      ...OUT_OF_CTRL_C, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }));
    const port = await new Promise<number>((resolve, reject) => {
      child.once('message', message => resolve((message as { port: number }).port));
      child.once('exit', code => reject(new Error(`the Kinesis emulator ended with ${code} while it was starting`)));
    });
    const kinesis = new LocalKinesis(child, `http://127.0.0.1:${port}`, stream.name);
    await kinesis.create(stream);
    return kinesis;
  }

  private readonly client: KinesisClient;

  private constructor(private readonly child: ChildProcess, readonly endpoint: string, readonly streamName: string) {
    this.client = new KinesisClient({
      endpoint,
      region: REGION,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: new NodeHttpHandler(), // the SDK's own choice, HTTP/2, fails on a plain port
    });
  }

  /** Creates a stream, or takes the one that an earlier run has left. It is active when this resolves. */
  async create({ name: StreamName, shards }: StreamOptions): Promise<void> {
    await this.client.send(new CreateStreamCommand({ StreamName, ShardCount: shards })).catch((error: unknown) => {
      if (!(error instanceof ResourceInUseException)) throw error; // kept from the last run
    });
    await until(STREAM_READY_MS, `stream ${StreamName} to become active`, async () => {
      const answer = await this.client.send(new DescribeStreamSummaryCommand({ StreamName }));
      return answer.StreamDescriptionSummary?.StreamStatus === 'ACTIVE';
    });
  }

  /** Every line of every shard, oldest first within its shard. */
  async lines(): Promise<string[]> {
    const { Shards: shards = [] } = await this.client.send(new ListShardsCommand({ StreamName: this.streamName }));
    const perShard = await Promise.all(shards.map(({ ShardId: id }) => this.linesOf(String(id))));
    return perShard.flat();
  }

  /** Whether any shard holds a record. */
  async hasRecords(): Promise<boolean> {
    return (await this.lines()).length > 0;
  }

  async stop(): Promise<void> {
    this.client.destroy();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = new Promise(resolve => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await exited;
  }

  private async linesOf(shard: string): Promise<string[]> {
    const { ShardIterator: first } = await this.client.send(new GetShardIteratorCommand({
      StreamName: this.streamName, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON',
    }));
    const lines: string[] = [];
    for (let iterator = first; iterator !== undefined;) {
      const answer = await this.client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      const records = answer.Records ?? [];
      for (const { Data: data = [] } of records) lines.push(...Buffer.from(data).toString('utf8').split('\n'));
      const atTheEnd = records.length === 0 && answer.MillisBehindLatest === 0;
      iterator = atTheEnd ? undefined : answer.NextShardIterator;
    }
    return lines;
  }
}
