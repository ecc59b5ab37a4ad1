import { createHash, timingSafeEqual } from 'crypto';

/** Whether requests may come directly, too. The construct's enum `CloudFrontUse` has these values. */
export const CLOUD_FRONT_USES = ['optional', 'required'] as const;
export type CloudFrontPolicy = (typeof CLOUD_FRONT_USES)[number];

/**
 * Headers that the distribution sets, over what a client sent under their names. The first holds the secret that shows
 * that the other two can be believed: the visitor's address, which the edge cannot see behind CloudFront, and the host
 * that the visitor asked for, which CloudFront does not pass on.
 */
export const SECRET_HEADER = 'x-clickstream-secret';
export const ADDRESS_HEADER = 'x-clickstream-address';
export const HOST_HEADER = 'x-clickstream-host';

/** A visitor as CloudFront describes it. */
export interface Visitor {
  readonly address?: string;
  readonly host?: string;
}

/** The distribution in front of the collector, which is known by its secret. */
export class CloudFront {
  private readonly expected: Buffer;

  constructor(secret: string, private readonly policy: CloudFrontPolicy) {
    this.expected = digest(secret);
  }

  get isRequired(): boolean {
    return this.policy === 'required';
  }

  /** Compares digests, which have one length, in a time that tells nothing of the secret. */
  sent(headers: Readonly<Record<string, string>>): boolean {
    const secret = headers[SECRET_HEADER];
    return secret !== undefined && timingSafeEqual(digest(secret), this.expected);
  }
}

/**
 * Takes the distribution's headers out, so that nothing can store, log or believe them any more.
 * @param headers names in lower case
 * @returns undefined for a request that did not come through the distribution
 */
export function takeVisitor(headers: Record<string, string>, cloudFront: CloudFront | undefined): Visitor | undefined {
  const visitor = cloudFront?.sent(headers)
    ? { address: headers[ADDRESS_HEADER], host: headers[HOST_HEADER] } : undefined;
  for (const name of [SECRET_HEADER, ADDRESS_HEADER, HOST_HEADER]) delete headers[name];
  return visitor;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
