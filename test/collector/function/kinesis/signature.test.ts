import { createHash } from 'crypto';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { HttpRequest } from '@smithy/core/protocols';
import * as fc from 'fast-check';
import { Credentials, Signer } from '../../../../src/collector/function/kinesis/signature';

const REGION = 'eu-central-1';
const HOST = 'kinesis.eu-central-1.amazonaws.com';
const CALL = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Kinesis_20131202.PutRecords' };

/** Headers that the SDK itself would send. It adds the body's digest as one of them. */
async function signedBySdk(credentials: Credentials, body: Buffer, signingDate: Date) {
  const signer = await new KinesisClient({ region: REGION, credentials }).config.signer();
  const headers = { ...CALL, host: HOST };
  const request = new HttpRequest({ method: 'POST', hostname: HOST, path: '/', headers, body });
  return (await signer.sign(request, { signingDate })).headers;
}

const key = fc.string({ minLength: 1, maxLength: 60 });
const secrets = fc.record({
  accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
  secretAccessKey: key,
  sessionToken: fc.option(fc.base64String({ minLength: 4 }), { nil: undefined }),
});
const bodies = fc.uint8Array({ maxLength: 300 });
const dates = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });

test('a signature equals the one that the SDK makes for the same request', async () => {
  const signer = new Signer(REGION, 'kinesis');
  await fc.assert(fc.asyncProperty(secrets, bodies, dates, async (credentials, bytes, date) => {
    const body = Buffer.from(bytes);
    const headers = { ...CALL, 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') };
    const signed = signer.sign({ host: HOST, headers, body }, credentials, date);
    expect(signed).toEqual(await signedBySdk(credentials, body, date));
  }), { numRuns: 60 });
});
