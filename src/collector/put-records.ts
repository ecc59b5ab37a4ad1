import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { HttpRequest, HttpResponse } from '@smithy/core/protocols';

/** A record on its way to the stream. */
export interface RecordEntry { readonly data: Buffer; readonly partitionKey: string }

/** What Kinesis says of a record: it is stored when it has a sequence number. */
export interface RecordResult { readonly SequenceNumber?: string; readonly ErrorCode?: string }

/**
 * Puts records on the stream, once.
 * @returns a result for each entry, in their order
 * @throws {KinesisError} when Kinesis refuses them all; other errors when the call was cut off, so that nobody knows
 */
export type PutRecords = (entries: readonly RecordEntry[], timeoutMs: number) => Promise<readonly RecordResult[]>;

/** Kinesis answered with an error. */
export class KinesisError extends Error {
  /** @param name as Kinesis calls it */
  constructor(readonly name: string, readonly status: number) {
    super(`Kinesis answered ${status} ${name}`);
  }
}

interface Target { readonly url: URL; readonly signer: Awaited<ReturnType<KinesisClient['config']['signer']>> }

/** Errors of requests that carry the wrong time. */
const CLOCK_ERRORS = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'InvalidSignatureException']);

/**
 * PutRecords by the SDK's own parts: its configuration, credentials, endpoint, signature and connections. What is left out is its middleware, which
 * costs several times what they do: for a single event it was two thirds of the whole request. Retries are the writer's.
 */
export function putRecordsWith({ config }: Pick<KinesisClient, 'config'>, streamName: string): PutRecords {
  let target: Target | undefined;
  return async (entries, timeoutMs) => {
    target ??= await findTarget(config, streamName);
    const signingDate = new Date(Date.now() + config.systemClockOffset);
    const request = await target.signer.sign(httpRequest(target.url, body(streamName, entries)), { signingDate });
    const answer = await exchange(config.requestHandler, request as HttpRequest, timeoutMs);
    if (answer.status === 200) return (JSON.parse(answer.text) as { Records?: RecordResult[] }).Records ?? [];
    const name = errorName(answer);
    const { date } = answer.headers;
    if (CLOCK_ERRORS.has(name) && date !== undefined) config.systemClockOffset = Date.parse(date) - Date.now();
    throw new KinesisError(name, answer.status);
  };
}

async function findTarget(config: KinesisClient['config'], StreamName: string): Promise<Target> {
  const { url, properties } = await getEndpointFromInstructions({ StreamName, Records: [] }, PutRecordsCommand, config);
  const [scheme] = (properties?.authSchemes ?? []) as Parameters<KinesisClient['config']['signer']>;
  return { url, signer: await config.signer(scheme) };
}

/** JSON of the call. Nothing in it needs escaping: base64, UUIDs, and names that Kinesis allows. */
function body(streamName: string, entries: readonly RecordEntry[]): Buffer {
  const records = entries.map(({ data, partitionKey }) => `{"Data":"${data.toString('base64')}","PartitionKey":"${partitionKey}"}`);
  return Buffer.from(`{"StreamName":"${streamName}","Records":[${records.join()}]}`, 'latin1');
}

function httpRequest({ protocol, hostname, port, pathname }: URL, content: Buffer): HttpRequest {
  return new HttpRequest({
    method: 'POST',
    protocol,
    hostname,
    port: port === '' ? undefined : Number(port),
    path: pathname,
    headers: {
      'host': port === '' ? hostname : `${hostname}:${port}`,
      'content-type': 'application/x-amz-json-1.1',
      'content-length': String(content.length),
      'x-amz-target': 'Kinesis_20131202.PutRecords',
    },
    body: content,
  });
}

interface HttpAnswer { readonly status: number; readonly headers: HttpResponse['headers']; readonly text: string }

/** Ends in time, whatever the other side does: the handler's own timeout only logs, and not while a body trickles in. */
async function exchange(handler: KinesisClient['config']['requestHandler'], request: HttpRequest, timeoutMs: number): Promise<HttpAnswer> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    const { response } = await handler.handle(request, { abortSignal: abort.signal });
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
  } finally {
    clearTimeout(timer);
  }
}

/** `com.amazonaws.kinesis.v20131202#LimitExceededException` in the body, or the same in a header, or what a proxy between says. */
function errorName({ status, headers, text }: HttpAnswer): string {
  const type = /"__type"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? headers['x-amzn-errortype'] ?? `HTTP ${status}`;
  return type.replace(/^.*#/, '').replace(/:.*$/, '');
}
