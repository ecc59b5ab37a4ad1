/** The baseline: handlers written in ten minutes with the SDK, which neither check nor retry anything. */
import { randomUUID } from 'crypto';
import { KinesisClient, PutRecordCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

const client = new KinesisClient({ requestHandler: new NodeHttpHandler() });
const StreamName = process.env.STREAM_NAME;

const SUCCESS: APIGatewayProxyResult = {
  statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: '{"success":true}',
};

function bodyOf({ body }: APIGatewayProxyEvent) {
  return JSON.parse(Buffer.from(body ?? '', 'base64').toString());
}

async function putOne(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const Data = Buffer.from(JSON.stringify(bodyOf(event)));
  await client.send(new PutRecordCommand({ StreamName, Data, PartitionKey: randomUUID() }));
  return SUCCESS;
}

async function putMany(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const messages: object[] = bodyOf(event).batch;
  const Records = messages.map(message =>
    ({ Data: Buffer.from(JSON.stringify(message)), PartitionKey: randomUUID() }));
  await client.send(new PutRecordsCommand({ StreamName, Records }));
  return SUCCESS;
}

export const handler = process.env.PLAIN_HANDLER === 'batched' ? putMany : putOne;
