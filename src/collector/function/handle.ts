import { Context } from 'aws-lambda';
import { collect, Collected } from './collect';
import { corsHeaders, preflightHeaders } from './cors';
import { EdgeEvent, isPayload2 } from './edge-event';
import { CollectorSettings } from './environment';
import { KeysUnavailableError, RateLimitedError } from './errors';
import { KinesisWriter, StoreFailedError } from './kinesis/kinesis-writer';
import { ANSWER_RESERVE_MS, MAX_STORE_MS } from './limits';
import { countEntries } from './lines';
import { errorLine, metricsLine } from './metrics';
import { Preprocess, preprocessed } from './preprocess';
import { CollectorRequest, fromEdgeEvent } from './request';
import {
  CollectorResponse, internalError, keysUnavailable, notThroughCloudFront, rateLimited, storeFailed,
} from './responses';
import { WriteKeys } from './write-key';

/** Everything that handling a request needs beside the request. */
export interface Dependencies {
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

/** A response in the form that every edge takes. */
export interface EdgeResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
  /** in payload format 2.0, where they must not be a header */
  readonly cookies?: readonly string[];
}

interface Stored { readonly response: CollectorResponse; readonly retries: number; readonly failed: boolean }

/** Answers a request. Events are acknowledged only when the stream has confirmed them. Never rejects. */
export async function handle(
  event: EdgeEvent,
  context: Context,
  dependencies: Dependencies,
): Promise<EdgeResult> {
  const answer = await respond(event, context, dependencies);
  return isPayload2(event) ? withCookiesApart(answer) : answer;
}

async function respond(event: EdgeEvent, context: Context, dependencies: Dependencies): Promise<EdgeResult> {
  const receivedAt = Date.now();
  const { settings, log } = dependencies;
  let request: CollectorRequest | undefined;
  try {
    request = fromEdgeEvent(event, settings, receivedAt);
    const collected = await prepare(request, dependencies);
    const stored = await store(collected, request, context, dependencies);
    logMetrics(request, collected, stored, dependencies);
    return result(stored.response, request, settings);
  } catch (error) {
    log(errorLine(error, context.awsRequestId));
    return result(internalError, request, settings);
  }
}

async function prepare(
  request: CollectorRequest,
  { settings, writeKeys, preprocess }: Dependencies,
): Promise<Collected> {
  if (request.bypassesCloudFront) return { entries: [], response: notThroughCloudFront };
  try {
    const collected = collect(request, writeKeys ? { ...settings, writeKeys: await writeKeys.current() } : settings);
    return preprocess
      ? {
        ...collected,
        entries: await preprocessed(collected.entries, request, preprocess, settings.preprocessHeaders),
      }
      : collected;
  } catch (error) {
    if (error instanceof KeysUnavailableError) return { entries: [], response: keysUnavailable };
    if (error instanceof RateLimitedError) {
      return { entries: [], response: rateLimited, source: { id: error.sourceId } };
    }
    throw error;
  }
}

async function store(
  { entries, response }: Collected, request: CollectorRequest, context: Context, { writer, log }: Dependencies,
): Promise<Stored> {
  if (entries.length === 0) return { response, retries: 0, failed: false };
  const budget = Math.min(MAX_STORE_MS, context.getRemainingTimeInMillis() - ANSWER_RESERVE_MS);
  try {
    const { retries } = await writer.write(entries.flatMap(entry => entry.lines), Date.now() + budget);
    return { response, retries, failed: false };
  } catch (error) {
    if (!(error instanceof StoreFailedError)) throw error;
    log(JSON.stringify({ level: 'ERROR', error: error.name, reason: error.reason, requestId: request.id }));
    return { response: storeFailed, retries: error.retries, failed: true };
  }
}

function logMetrics(
  request: CollectorRequest,
  { entries, source }: Collected,
  stored: Stored,
  { settings, functionName, log }: Dependencies,
): void {
  const now = Date.now();
  log(metricsLine({
    receivedBytes: request.body.length,
    ...countEntries(stored.failed ? [] : entries),
    storeRetries: stored.retries,
    storeFailed: stored.failed,
    latencyMs: now - request.receivedAt,
    status: stored.response.status,
    measuredSource: source?.id !== undefined && settings.measuredSources.has(source.id) ? source.id : undefined,
    limitedSource: stored.response === rateLimited ? source?.id : undefined,
  }, settings.metricsNamespace, functionName, now));
}

/** A response is never stored or guessed at by a browser, unless it says so itself. */
const ALWAYS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

function result(
  { status, headers, body, base64 }: CollectorResponse,
  request: CollectorRequest | undefined,
  { allowedOrigins }: CollectorSettings,
): EdgeResult {
  const { method = '', headers: asked = {} } = request ?? {};
  return {
    statusCode: status,
    headers: {
      ...ALWAYS,
      ...headers,
      ...corsHeaders(asked.origin, allowedOrigins),
      ...(method === 'OPTIONS' ? preflightHeaders(asked['access-control-request-headers']) : {}),
    },
    body: method === 'HEAD' ? '' : body,
    isBase64Encoded: base64 ?? false,
  };
}

function withCookiesApart({ headers: { 'Set-Cookie': cookie, ...headers }, ...answer }: EdgeResult): EdgeResult {
  return { ...answer, headers, ...(cookie && { cookies: [cookie] }) };
}
