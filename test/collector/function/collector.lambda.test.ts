import { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { lambdaContext, proxyEvent } from './builders';
import { LocalKinesis } from '../../../examples/local/aws';
import { temporaryFolder } from '../../support/temporary-folder';

/** The function as it is deployed, against an emulator that stores. */
const STREAM = 'clicks';
const SHARDS = 2;

const folder = temporaryFolder('kinesis-', () => kinesis?.stop());
let kinesis: LocalKinesis;
let handler: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;
const logged: string[] = [];

beforeAll(async () => {
  kinesis = await LocalKinesis.start(folder, { name: STREAM, shards: SHARDS });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_KINESIS: kinesis.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    STREAM_NAME: STREAM,
  });
  jest.spyOn(process.stdout, 'write').mockImplementation(line => logged.push(String(line)) > 0);
  // Required only now: it reads the environment.
  ({ handler } = jest.requireActual<{ handler: typeof handler }>('../../../src/collector/function/collector.lambda'));
});

interface Line { readonly kind: string; readonly event_id?: string; readonly error_code?: string }

const storedLines = async (): Promise<Line[]> => (await kinesis.lines()).map(line => JSON.parse(line));

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
