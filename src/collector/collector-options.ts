import {
  aws_certificatemanager as acm, aws_lambda as lambda, aws_route53 as route53, aws_secretsmanager as secretsmanager,
} from 'aws-cdk-lib';
import { CloudFrontUse } from './cloud-front-use';
import { CollectorEdge } from './collector-edge';
import { FirstPartyCookie } from './first-party-cookie';
import { CollectorWebAcl } from './web-acl';

/**
 * A source of events, which is recognised by its write keys.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   collector: {
 *     writeKeys: {
 *       web: { keys: ['new-key', 'old-key'], appId: 'shop', rateLimit: 200 },
 *       server: { keys: ['server-key'] },
 *     },
 *   },
 * });
 */
export interface WriteKeySource {
  /** Valid keys, of which there are two while one replaces the other. */
  readonly keys: string[];

  /**
   * Application that the events of this source belong to.
   *
   * @default - the application that the request names
   */
  readonly appId?: string;

  /**
   * Events per second that each execution environment of the function takes from this source on average, and ten
   * seconds' worth in a burst. Beyond, a request gets a 429 response with `Retry-After`, and nothing of it is stored.
   * It keeps a flood of one source out of the stream and the tables, where it would hold up the others. See
   * docs/collector.md.
   *
   * @default - no limit but that of all sources, `collector.throttle`
   */
  readonly rateLimit?: number;
}

/**
 * Request limits of the API. A request beyond them gets a 429 response.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   collector: { throttle: { rateLimit: 500, burstLimit: 1000 } },
 * });
 */
export interface CollectorThrottle {
  /** Average requests per second. */
  readonly rateLimit: number;
  /** Requests in a burst above that average. */
  readonly burstLimit: number;
}

/**
 * Your own domain for the collector. Requests from pages on the same domain are first-party, cookies included.
 *
 * @example
 * const domainName = 'collect.shop.example';
 * const hostedZone = route53.HostedZone.fromLookup(this, 'Zone', { domainName: 'shop.example' });
 * const certificate = new acm.Certificate(this, 'Certificate', {
 *   domainName,
 *   validation: acm.CertificateValidation.fromDns(hostedZone),
 * });
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   collector: { customDomain: { domainName, certificate, hostedZone } },
 * });
 */
export interface CustomDomainOptions {
  /** Domain name, like `collect.shop.example`. */
  readonly domainName: string;

  /** Certificate for the domain name, in the region of the stack. */
  readonly certificate: acm.ICertificate;

  /**
   * One path segment below the domain name. Leave it out when the domain serves nothing else, because SDKs that take
   * only a host, such as `@segment/analytics-node`, drop it from their URLs.
   *
   * @default - the root
   */
  readonly basePath?: string;

  /**
   * Hosted zone to create an alias record in.
   *
   * @default - no record is created: point the domain to `customDomainTarget` yourself
   */
  readonly hostedZone?: route53.IHostedZone;
}

/**
 * Options of the collector.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   collector: {
 *     allowedOrigins: ['https://shop.example'],
 *     writeKeysSecret: secretsmanager.Secret.fromSecretNameV2(this, 'WriteKeys', 'clickstream/write-keys'),
 *     preprocess: lambda.Code.fromAsset('preprocess'),
 *     memorySize: 1024,
 *   },
 * });
 */
export interface CollectorOptions {
  /**
   * The service that takes the requests. The cheaper ones have no web ACL and break gzipped bodies of a text content
   * type. See docs/collector.md.
   *
   * @default CollectorEdge.REST_API
   */
  readonly edge?: CollectorEdge;

  /**
   * Origins whose pages may send events, like `https://shop.example`, or `https://*.shop.example` for every origin
   * below a domain.
   *
   * A page of another origin gets a 403 response, and its events are not stored. Requests without an Origin header, as
   * servers, apps and image tags send them, are not affected.
   *
   * @default - every origin
   */
  readonly allowedOrigins?: string[];

  /**
   * Sources that may send events, by source id. They are stored in the environment of the function, whose 4 KB they
   * share with the other settings. `writeKeysSecret` has room for more. No two sources may have the same key.
   *
   * @default - anybody may send, unless `writeKeysSecret` is set
   */
  readonly writeKeys?: { [sourceId: string]: WriteKeySource };

  /**
   * Secret that holds the write keys, as an alternative to `writeKeys`. It has the same form as JSON,
   * `{"web":{"keys":["a1b2"],"appId":"shop"}}`, and is read at run time, again every five minutes.
   *
   * @default - the keys in `writeKeys`
   */
  readonly writeKeysSecret?: secretsmanager.ISecret;

  /**
   * Your own code that changes, adds or drops events before they reach the stream.
   *
   * It is a folder or zip whose `index.mjs` exports `preprocess(event, request)`. The function returns the event, an
   * array of events, or `null` to drop the event, and may take one second per request. An event it fails on becomes a
   * bad event. See docs/collector.md.
   *
   * @default - no hook
   */
  readonly preprocess?: lambda.Code;

  /**
   * Request headers that the hook sees besides the usual ones, like `x-shop`. Headers that hold a key, a cookie or an
   * address are refused.
   *
   * @default - the headers of the allow-list in docs/collector.md
   */
  readonly preprocessHeaders?: string[];

  /**
   * Other names for the collector's paths, because ad blockers know the originals. For example,
   * `{ 'shop/track': 'com.snowplowanalytics.snowplow/tp2' }`.
   *
   * @default - no aliases
   */
  readonly pathAliases?: { [alias: string]: string };

  /**
   * Sets a cookie with an id that outlives the ids that trackers can keep in a browser. Browsers refuse it unless
   * `customDomain`, or the domain of a `CollectorDistribution`, is on the site's own domain.
   *
   * @default - no cookie
   */
  readonly firstPartyCookie?: FirstPartyCookie;

  /**
   * Your own domain for the collector. The API's own URL keeps working.
   *
   * @default - only the API's own URL
   */
  readonly customDomain?: CustomDomainOptions;

  /**
   * Lets the collector know the requests that come through a `CollectorDistribution`, and the addresses of their
   * visitors. Give the distribution a stack of its own, and the trackers its `url` instead of `endpointUrl`. With
   * `CloudFrontUse.REQUIRED`, every other request gets a 403 response, so begin with `OPTIONAL`. See docs/collector.md.
   *
   * @default - every request is a direct one, and the headers of a distribution are ignored
   */
  readonly cloudFront?: CloudFrontUse;

  /**
   * Web ACL in front of a REST API.
   *
   * @default - no web ACL
   */
  readonly webAcl?: CollectorWebAcl;

  /**
   * Request limits of the API. A function URL has none: use `reservedConcurrency`.
   *
   * @default - 1,000 per second, bursts of 2,000
   */
  readonly throttle?: CollectorThrottle;

  /**
   * Memory of the function in MB, 128 to 10,240. Its CPU share grows with it.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * Concurrency that is reserved for the function. New accounts have too little to reserve any. A function URL takes at
   * most ten times as many requests per second.
   *
   * @default - no reservation
   */
  readonly reservedConcurrency?: number;

  /**
   * Writes an access log without IP addresses, user agents or bodies. With a REST API it needs API Gateway's
   * account-wide CloudWatch role, which is created with it and stays on deletion, because other APIs of the account may
   * use it by then.
   *
   * @default - true, and false with a function URL
   */
  readonly accessLogs?: boolean;
}
