/** Makes the job's load: the records that the real collector writes of realistic traffic. */
import { createWriteStream, WriteStream } from 'fs';
import { createServer, IncomingMessage, Server } from 'http';
import { AddressInfo } from 'net';
import { finished } from 'stream/promises';
import { MeasuredFunction } from './processes';
import { EVENTS_A_REQUEST, traffic } from './traffic';
import { WRITE_KEY } from './workload';
import { close, listen } from '../examples/local/support';

const SEED = 1;
/** Bodies of that many requests are in memory at once. */
const REQUESTS_AT_ONCE = 50;

/**
 * Writes records with at least that many events: each its lines, and an empty line between two of them.
 * @param bundle the collector's
 */
export async function makeLoad(bundle: string, file: string, events: number): Promise<void> {
  const kinesis = await RecordingKinesis.start(file);
  const environment = { WRITE_KEYS: JSON.stringify({ web: { keys: [WRITE_KEY], appId: 'shop' } }) };
  const collector = await MeasuredFunction.start(bundle, kinesis.endpoint, environment, []);
  try {
    let requests = [];
    for (const one of traffic(Math.ceil(events / EVENTS_A_REQUEST), SEED)) {
      requests.push(one);
      if (requests.length === REQUESTS_AT_ONCE) await send(collector, requests.splice(0));
    }
    if (requests.length > 0) await send(collector, requests);
  } finally {
    collector.stop();
    await kinesis.stop();
  }
}

async function send(collector: MeasuredFunction, requests: Parameters<MeasuredFunction['give']>[0]): Promise<void> {
  await collector.give(requests);
  const { statuses } = await collector.run(requests.length);
  if (statuses[200] !== requests.length) throw new Error(`the collector answered ${JSON.stringify(statuses)}`);
}

/** A Kinesis that keeps the data of the records in a file. */
class RecordingKinesis {
  static async start(file: string): Promise<RecordingKinesis> {
    const kinesis = new RecordingKinesis(createWriteStream(file));
    await listen(kinesis.server, 0, 'kinesis');
    return kinesis;
  }

  private readonly server: Server = createServer((request, response) => {
    void this.record(request).then(answer => response.end(answer));
  });

  private constructor(private readonly file: WriteStream) {}

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await close(this.server);
    this.file.end();
    await finished(this.file);
  }

  private async record(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { Records } = JSON.parse(Buffer.concat(chunks).toString()) as { Records: { Data: string }[] };
    for (const { Data } of Records) this.file.write(`${Buffer.from(Data, 'base64').toString()}\n\n`);
    const stored = Records.map((_, index) => ({ SequenceNumber: String(index + 1), ShardId: 'shardId-000000000000' }));
    return JSON.stringify({ FailedRecordCount: 0, Records: stored });
  }
}
