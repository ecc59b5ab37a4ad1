import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { parseEnvironment } from './environment';
import { Collector, handle } from './handle';
import { KinesisWriter } from './kinesis-writer';
import { loadPreprocess } from './preprocess';
import { putRecordsWith } from './put-records';

const settings = parseEnvironment(process.env);

/** HTTP/1.1: the SDK's default for Kinesis, HTTP/2, fails on emulators' plain ports. */
const client = new KinesisClient({ requestHandler: new NodeHttpHandler({ connectionTimeout: 1_000 }) });

const collector: Collector = {
  settings,
  writer: new KinesisWriter(putRecordsWith(client, settings.streamName)),
  preprocess: settings.preprocessModule === undefined ? undefined : loadPreprocess(settings.preprocessModule),
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'collector',
  // Not the console: Lambda puts a prefix before its lines, and with one they are no metrics.
  log: line => process.stdout.write(`${line}\n`),
};

export async function handler(event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> {
  return handle(event, context, collector);
}
