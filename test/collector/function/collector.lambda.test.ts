import { Server } from 'http';
import { AddressInfo } from 'net';
import {
  CreateStreamCommand, GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import kinesalite from 'kinesalite';
import { lambdaContext, proxyEvent } from './builders';

/** The function as it is deployed, against an emulator that stores. */
const STREAM = 'clicks';
const SHARDS = 2;

let server: Server;
let kinesis: KinesisClient;
let handler: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;
const logged: string[] = [];

beforeAll(async () => {
  server = kinesalite({ createStreamMs: 0 });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_KINESIS: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    STREAM_NAME: STREAM,
  });
  kinesis = new KinesisClient({ requestHandler: new NodeHttpHandler() });
  await kinesis.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: SHARDS }));
  const waiting = { client: kinesis, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.1 };
  await waitUntilStreamExists(waiting, { StreamName: STREAM });
  jest.spyOn(process.stdout, 'write').mockImplementation(line => logged.push(String(line)) > 0);
  // Required only now: it reads the environment.
  ({ handler } = jest.requireActual<{ handler: typeof handler }>('../../../src/collector/function/collector.lambda'));
});

afterAll(async () => {
  kinesis?.destroy();
  await new Promise(resolve => server.close(resolve));
});

interface Line { readonly kind: string; readonly event_id?: string; readonly error_code?: string }

async function storedLines(): Promise<Line[]> {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: STREAM }));
  const records = await Promise.all(Shards.map(async ({ ShardId }) => {
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName: STREAM, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    return (await kinesis.send(new GetRecordsCommand({ ShardIterator }))).Records ?? [];
  }));
  const lines = records.flat().flatMap(({ Data }) => Buffer.from(Data ?? []).toString().split('\n'));
  return lines.map(line => JSON.parse(line));
}

test('every acknowledged event, good or bad, is in the stream exactly once', async () => {
  const ids = Array.from({ length: 300 }, (_, index) => `m${index}`);
  const messages = ids.map(messageId => ({
    type: 'track', event: 'Order', userId: 'u', messageId, properties: { text: 'x'.repeat(2_000) },
  }));
  const batch = [...messages, { type: 'track' }];
  const response = await handler(proxyEvent({ path: '/v1/batch', body: { batch } }), lambdaContext());
  expect(response).toMatchObject({ statusCode: 200, body: '{"success":true}' });

  const lines = await storedLines();
  expect(lines.filter(line => line.kind === 'event').map(line => line.event_id).sort()).toEqual([...ids].sort());
  expect(lines.filter(line => line.kind === 'bad').map(line => line.error_code)).toEqual(['missing_identity']);
  const metrics = logged.map(line => JSON.parse(line)).find(line => line._aws);
  expect(metrics).toMatchObject({ Requests: 1, AcceptedEvents: 300, BadEvents: 1, StoreFailures: 0 });
});
