import { anonymise, IpPolicy } from './client-address';
import { CloudFront, takeVisitor } from './cloud-front';
import { CookiePolicy, FirstPartyCookie, firstPartyCookie } from './cookie';
import { asProxyEvent, EdgeEvent, ProxyEvent } from './edge-event';
import { storable, storableJson } from './text';

/** How a browser's signals of refusal (Sec-GPC, DNT) are taken. The construct's enum `ConsentMode` has these values. */
export const CONSENT_POLICIES = ['ignore', 'anonymous'] as const;
export type ConsentPolicy = (typeof CONSENT_POLICIES)[number];

/** The settings by which a request is read. */
export interface RequestPolicy {
  readonly clientIp: IpPolicy;
  readonly consentMode: ConsentPolicy;
  /** other names of paths, both as {@link normalisePath} makes them */
  readonly pathAliases: ReadonlyMap<string, string>;
  /** absent: no cookie is set or read */
  readonly cookie?: CookiePolicy;
  /** absent: every request is taken for a direct one */
  readonly cloudFront?: CloudFront;
}

/** A request as the protocols see it. */
export interface CollectorRequest {
  readonly id: string;
  /** epoch milliseconds, the collector's clock */
  readonly receivedAt: number;
  readonly method: string;
  /** path below the stage, without slashes at its ends and without the prefix `v1/`; '' is the root */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** names in lower case, without those of {@link takeVisitor} */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** neither address nor cookie may be stored */
  readonly anonymous: boolean;
  /** how much of an address may be stored */
  readonly clientIp: IpPolicy;
  /** anonymised */
  readonly clientAddress?: string;
  readonly cookie?: FirstPartyCookie;
  /** `https` on AWS */
  readonly scheme: string;
  /** host and path under which this collector is reached, without a slash at the end */
  readonly location: string;
  /** came directly, although requests must come through CloudFront */
  readonly bypassesCloudFront: boolean;
}

/** Reads the event of any edge. */
export function fromEdgeEvent(edgeEvent: EdgeEvent, policy: RequestPolicy, receivedAt: number): CollectorRequest {
  const event = asProxyEvent(edgeEvent);
  const headers = lowerCaseNames(event.headers ?? {});
  const visitor = takeVisitor(headers, policy.cloudFront);
  const proxy = event.pathParameters?.proxy ?? '';
  const { requestId, identity } = event.requestContext;
  const path = normalisePath(proxy);
  const anonymous = isAnonymous(headers, policy.consentMode);
  const clientIp = anonymous ? 'drop' : policy.clientIp;
  return {
    id: requestId,
    receivedAt,
    method: event.httpMethod.toUpperCase(),
    path: policy.pathAliases.get(path) ?? path,
    query: storableJson(present(event.queryStringParameters ?? {})) as Record<string, string>,
    headers,
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    anonymous,
    clientIp,
    clientAddress: anonymise(visitor ? visitor.address : identity?.sourceIp, clientIp),
    cookie:
      anonymous || !policy.cookie ? undefined : firstPartyCookie(headers.cookie, requestId, receivedAt, policy.cookie),
    scheme: headers['x-forwarded-proto'] === 'http' ? 'http' : 'https',
    location: visitor?.host ?? location(event, proxy),
    bypassesCloudFront: policy.cloudFront?.isRequired === true && visitor === undefined,
  };
}

/** A tracker's own anonymous mode, or the browser's signals where they are honoured. */
function isAnonymous(headers: Readonly<Record<string, string>>, consentMode: ConsentPolicy): boolean {
  return (
    headers['sp-anonymous'] !== undefined ||
    (consentMode === 'anonymous' && (headers['sec-gpc'] === '1' || headers.dnt === '1'))
  );
}

const STAGE_SEGMENT = 'v1';

/**
 * The stage is named `v1`, so a client that knows only the host and sends to `/v1/batch` reaches `batch`, one that
 * keeps the stage in its URL reaches `v1/batch`. Both mean the same, and so do doubled slashes, which API Gateway folds
 * at the stage's URL but not on a custom domain.
 */
export function normalisePath(path: string): string {
  const segments = path.split('/').filter(segment => segment !== '');
  const start = segments.findIndex(segment => segment !== STAGE_SEGMENT);
  return start < 0 ? '' : segments.slice(start).join('/');
}

/** Stage of an HTTP API or a function URL, which is not in its paths. */
const DEFAULT_STAGE = '$default';

/**
 * Never from the Host header, which the client chooses: what is returned here becomes the address of a browser's
 * requests. (CloudFront serves a request only if its Host is one of the distribution's domains.) The base path of a
 * domain is in `path` at an HTTP API; at a REST API it and the stage are in the context's.
 */
function location({ version, path: ofRequest, requestContext }: ProxyEvent, proxy: string): string {
  const suffix = `/${proxy}`;
  const stage = requestContext.stage === DEFAULT_STAGE ? '' : `/${requestContext.stage}`;
  const path = (version === undefined ? requestContext.path : ofRequest) ?? `${stage}${suffix}`;
  const prefix = path.endsWith(suffix) ? path.slice(0, path.length - suffix.length) : stage;
  const segments = [requestContext.domainName ?? 'localhost', ...prefix.split('/').filter(segment => segment !== '')];
  return segments.join('/');
}

function lowerCaseNames(headers: ProxyEvent['headers']): Record<string, string> {
  const lowered: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string') lowered[storable(name.toLowerCase())] = storable(value);
  }
  return lowered;
}

function present(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
