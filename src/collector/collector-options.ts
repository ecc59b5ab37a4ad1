import {
  aws_certificatemanager as acm, aws_lambda as lambda, aws_route53 as route53, aws_secretsmanager as secretsmanager,
} from 'aws-cdk-lib';
import { FirstPartyCookie } from './first-party-cookie';
import { CollectorFirewall } from './web-acl';

/** Who may send events, recognised by a write key. */
export interface WriteKeySource {
  /** Valid keys: two of them while one replaces the other. */
  readonly keys: string[];

  /**
   * Application that events of this source belong to.
   *
   * @default - as the request says
   */
  readonly appId?: string;
}

/** How fast the collector may be called; what exceeds it is answered with 429. */
export interface IngestionThrottle {
  /** Requests per second, on average. */
  readonly rateLimit: number;
  /** Requests at once. */
  readonly burstLimit: number;
}

/** A domain of one's own for the collector. Pages on the same domain send to it as to themselves, cookies included. */
export interface CustomDomainOptions {
  /** Name, like `collect.shop.example`. */
  readonly domainName: string;

  /** Certificate for the name, in the region of the stack. */
  readonly certificate: acm.ICertificate;

  /**
   * Path below the name, one segment. Leave it out when the name serves nothing else: SDKs that take only a host, as
   * `@segment/analytics-node`, drop it from their URLs.
   *
   * @default - the root
   */
  readonly basePath?: string;

  /**
   * Zone that gets an alias record for the name.
   *
   * @default - no record; point the name to `customDomainTarget`
   */
  readonly hostedZone?: route53.IHostedZone;
}

/** Options of the collector. */
export interface IngestionOptions {
  /**
   * Origins whose pages may send events, like `https://shop.example`.
   *
   * @default - every origin
   */
  readonly allowedOrigins?: string[];

  /**
   * Who may send events: source id to write keys. They are stored in the environment of the function, whose 4 KB they share
   * with the other settings; `writeKeysSecret` has room for more.
   *
   * @default - anybody, unless there is `writeKeysSecret`
   */
  readonly writeKeys?: { [sourceId: string]: WriteKeySource };

  /**
   * Secret with the write keys, instead of `writeKeys`: JSON of the same form, `{"web":{"keys":["a1b2"],"appId":"shop"}}`.
   * It is read at run time, again every five minutes.
   *
   * @default - `writeKeys`
   */
  readonly writeKeysSecret?: secretsmanager.ISecret;

  /**
   * Your own step between a request and the stream: a folder or zip whose `index.mjs` exports `preprocess(event, request)`.
   * It returns the event, changed or not, an array of events, or `null` to drop it, and may take one second for a request.
   * An event it fails on becomes a bad event. See docs/collector.md.
   *
   * @default - none
   */
  readonly preprocess?: lambda.Code;

  /**
   * Other names of the collector's paths, because ad blockers know those: `{ 'shop/track': 'com.snowplowanalytics.snowplow/tp2' }`.
   *
   * @default - none
   */
  readonly pathAliases?: { [alias: string]: string };

  /**
   * Sets a cookie with an id that outlives what trackers can keep in a browser. Browsers refuse it unless `customDomain` is of
   * the site's own domain.
   *
   * @default - no cookie
   */
  readonly firstPartyCookie?: FirstPartyCookie;

  /**
   * A domain of one's own. The API's own URL keeps working.
   *
   * @default - only the API's own URL
   */
  readonly customDomain?: CustomDomainOptions;

  /**
   * Web ACL in front of the API.
   *
   * @default - none
   */
  readonly waf?: CollectorFirewall;

  /**
   * Limit of requests.
   *
   * @default - 1,000 a second, 2,000 at once
   */
  readonly throttle?: IngestionThrottle;

  /**
   * Memory of the function in MB, 128 to 10,240; its share of a processor grows with it.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * Concurrency kept for the function. New accounts have too little to reserve any.
   *
   * @default - none reserved
   */
  readonly reservedConcurrency?: number;

  /**
   * Writes an access log without addresses, agents or bodies. It needs API Gateway's account-wide CloudWatch role, which is
   * created with it and left behind on deletion, because other APIs of the account may have come to use it.
   *
   * @default true
   */
  readonly accessLogs?: boolean;
}
