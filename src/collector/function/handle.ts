import { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { collect, Collected } from './collect';
import { corsHeaders, preflightHeaders } from './cors';
import { CollectorSettings } from './environment';
import { KeysUnavailableError } from './errors';
import { KinesisWriter, StoreFailedError } from './kinesis/kinesis-writer';
import { ANSWER_RESERVE_MS, MAX_STORE_MS } from './limits';
import { errorLine, metricsLine } from './metrics';
import { Preprocess, preprocessed } from './preprocess';
import { CollectorRequest, fromProxyEvent } from './request';
import { Answer, internalError, keysUnavailable, storeFailed } from './responses';
import { WriteKeys } from './write-key';

/** What a collector needs beside the request. */
export interface Collector {
  readonly settings: CollectorSettings;
  readonly writer: Pick<KinesisWriter, 'write'>;
  /** keys that may change while the function runs, instead of the settings' */
  readonly writeKeys?: { current(): Promise<WriteKeys> };
  /** the user's own step before storing */
  readonly preprocess?: Preprocess;
  readonly functionName: string;
  /** writes one line to the function's log, without a prefix */
  readonly log: (line: string) => void;
}

interface Stored { readonly answer: Answer; readonly retries: number; readonly failed: boolean }

/** Answers a request. Events are acknowledged only when the stream has confirmed them; nothing escapes as an exception. */
export async function handle(event: APIGatewayProxyEvent, context: Context, collector: Collector): Promise<APIGatewayProxyResult> {
  const receivedAt = Date.now();
  let request: CollectorRequest | undefined;
  try {
    request = fromProxyEvent(event, collector.settings, receivedAt);
    const collected = await prepare(request, collector);
    const stored = await store(collected, request, context, collector);
    logMetrics(request, collected, stored, collector);
    return result(stored.answer, request, collector.settings);
  } catch (error) {
    collector.log(errorLine(error, context.awsRequestId));
    return result(internalError, request, collector.settings);
  }
}

async function prepare(request: CollectorRequest, { settings, writeKeys, preprocess }: Collector): Promise<Collected> {
  try {
    const collected = collect(request, writeKeys ? { ...settings, writeKeys: await writeKeys.current() } : settings);
    return preprocess ? await preprocessed(collected, request, preprocess) : collected;
  } catch (error) {
    if (error instanceof KeysUnavailableError) return { entries: [], answer: keysUnavailable, accepted: 0, bad: {} };
    throw error;
  }
}

async function store({ entries, answer }: Collected, request: CollectorRequest, context: Context, { writer, log }: Collector): Promise<Stored> {
  if (entries.length === 0) return { answer, retries: 0, failed: false };
  const budget = Math.min(MAX_STORE_MS, context.getRemainingTimeInMillis() - ANSWER_RESERVE_MS);
  try {
    const { retries } = await writer.write(entries.map(entry => entry.line), Date.now() + budget);
    return { answer, retries, failed: false };
  } catch (error) {
    if (!(error instanceof StoreFailedError)) throw error;
    log(JSON.stringify({ level: 'ERROR', error: error.name, reason: error.reason, requestId: request.id }));
    return { answer: storeFailed, retries: error.retries, failed: true };
  }
}

function logMetrics(request: CollectorRequest, { accepted, bad }: Collected, stored: Stored, { settings, functionName, log }: Collector): void {
  const now = Date.now();
  log(metricsLine({
    receivedBytes: request.body.length,
    accepted: stored.failed ? 0 : accepted,
    bad: stored.failed ? {} : bad,
    storeRetries: stored.retries,
    storeFailed: stored.failed,
    latencyMs: now - request.receivedAt,
    status: stored.answer.status,
  }, settings.metricsNamespace, functionName, now));
}

function result(answer: Answer, request: CollectorRequest | undefined, { allowedOrigins }: CollectorSettings): APIGatewayProxyResult {
  const { method = '', headers = {} } = request ?? {};
  return {
    statusCode: answer.status,
    headers: {
      ...answer.headers,
      ...corsHeaders(headers.origin, allowedOrigins),
      ...(method === 'OPTIONS' ? preflightHeaders(headers['access-control-request-headers']) : {}),
    },
    body: method === 'HEAD' ? '' : answer.body,
    isBase64Encoded: answer.base64 ?? false,
  };
}
