import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { HttpResponse, keepAlivePost, Post } from './http-post';
import { Signer } from './signature';

/** A record on its way to the stream. */
export interface RecordEntry { readonly data: Buffer; readonly partitionKey: string }

/** Kinesis's verdict on a record, which is stored when it has a sequence number. */
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

interface Target { readonly url: URL; readonly signer: Signer }

/** Errors of requests that carry the wrong time. */
const CLOCK_ERRORS = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'InvalidSignatureException']);

const CALL_HEADERS = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Kinesis_20131202.PutRecords' };

/**
 * PutRecords with the SDK's configuration, credentials and choice of endpoint, but by a call of our own: for a single
 * event the SDK's middleware, signature and HTTP handler took two thirds of the whole request. Retries are the
 * writer's.
 */
export function putRecordsWith(
  { config }: Pick<KinesisClient, 'config'>,
  streamName: string,
  post: Post = keepAlivePost(),
): PutRecords {
  let target: Target | undefined;
  let clockOffset = 0;
  return async (entries, timeoutMs) => {
    target ??= await findTarget(config, streamName);
    const { url, signer } = target;
    const body = callBody(streamName, entries);
    const date = new Date(Date.now() + clockOffset);
    const headers = signer.sign({ host: url.host, headers: CALL_HEADERS, body }, await config.credentials(), date);
    const response = await post(url, headers, body, timeoutMs);
    if (response.status === 200) return (JSON.parse(response.text) as { Records?: RecordResult[] }).Records ?? [];
    const name = errorName(response);
    const { date: theirs } = response.headers;
    if (CLOCK_ERRORS.has(name) && theirs !== undefined) clockOffset = Date.parse(theirs) - Date.now();
    throw new KinesisError(name, response.status);
  };
}

async function findTarget(config: KinesisClient['config'], StreamName: string): Promise<Target> {
  const { url } = await getEndpointFromInstructions({ StreamName, Records: [] }, PutRecordsCommand, config);
  return { url, signer: new Signer(await config.region(), 'kinesis') };
}

/**
 * Bytes encoded at a time: strings below 128 KB stay clear of V8's space for large objects, which took most of the
 * time. A multiple of three.
 */
const BASE64_STEP = 48 * 1024;

/** JSON of the call. Nothing in it needs escaping: base64, UUIDs, and names that Kinesis allows. */
function callBody(streamName: string, entries: readonly RecordEntry[]): Buffer {
  const parts: Buffer[] = [];
  let before = `{"StreamName":"${streamName}","Records":[`;
  for (const { data, partitionKey } of entries) {
    parts.push(Buffer.from(`${before}{"PartitionKey":"${partitionKey}","Data":"`, 'latin1'));
    for (let at = 0; at < data.length; at += BASE64_STEP) {
      parts.push(Buffer.from(data.toString('base64', at, at + BASE64_STEP), 'latin1'));
    }
    before = '"},';
  }
  return Buffer.concat([...parts, Buffer.from('"}]}', 'latin1')]);
}

/**
 * `com.amazonaws.kinesis.v20131202#LimitExceededException` in the body, or the same in a header, or what a proxy
 * between says.
 */
function errorName({ status, headers, text }: HttpResponse): string {
  const type = /"__type"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? String(headers['x-amzn-errortype'] ?? `HTTP ${status}`);
  const [name] = type.split(':', 1);
  return name.slice(name.lastIndexOf('#') + 1);
}
