import { KinesisClient } from '@aws-sdk/client-kinesis';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Context } from 'aws-lambda';
import { EdgeEvent } from './edge-event';
import { CollectorSettings, parseEnvironment } from './environment';
import { Dependencies, EdgeResult, handle } from './handle';
import { KinesisWriter } from './kinesis/kinesis-writer';
import { putRecordsWith } from './kinesis/put-records';
import { MAX_SECRET_MS } from './limits';
import { loadPreprocess } from './preprocess';
import { ReadSecret, SecretWriteKeys } from './write-keys-secret';

const dependencies = start(parseEnvironment(process.env));

async function start(settings: CollectorSettings): Promise<Dependencies> {
  const { writeKeysSecret: secret, preprocessModule } = settings;
  // Not the console: Lambda puts a prefix before its lines, and with one they are no metrics.
  const log = (line: string) => { process.stdout.write(`${line}\n`); };
  return {
    settings,
    writer: new KinesisWriter(putRecordsWith(new KinesisClient({}), settings.streamName)),
    writeKeys:
      secret === undefined ? undefined : new SecretWriteKeys(readerOf(new SecretsManagerClient({}), secret), log),
    preprocess: preprocessModule === undefined ? undefined : await loadPreprocess(preprocessModule),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'collector',
    log,
  };
}

function readerOf(client: SecretsManagerClient, SecretId: string): ReadSecret {
  return async () =>
    (await client.send(new GetSecretValueCommand({ SecretId }), { abortSignal: AbortSignal.timeout(MAX_SECRET_MS) }))
      .SecretString;
}

export async function handler(event: EdgeEvent, context: Context): Promise<EdgeResult> {
  return handle(event, context, await dependencies);
}
