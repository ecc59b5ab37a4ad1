import { createHmac, hash } from 'crypto';

/** Who signs, as the SDK's credential providers tell. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A POST to a service's root, before it is signed. */
export interface Unsigned {
  /** with the port, if it is not the scheme's own */
  readonly host: string;
  /** all are signed: names in lower case, values without blanks at their ends */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Headers = Readonly<Record<string, string>>;

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Signature Version 4 for one service, of POSTs to its root. The key that a day's signatures share is derived once. */
export class Signer {
  private derived?: { readonly from: string; readonly key: Buffer };

  constructor(private readonly region: string, private readonly service: string) {}

  /** The request's headers, with those that sign it. */
  sign(
    { host, headers, body }: Unsigned,
    { accessKeyId, secretAccessKey, sessionToken }: Credentials,
    date: Date,
  ): Headers {
    const time = date.toISOString().replace(/[-:]|\.\d+/g, '');
    const day = time.slice(0, 8);
    const signed: Headers = {
      ...headers,
      host,
      'x-amz-date': time,
      ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    };
    const names = Object.keys(signed).sort();
    const list = names.join(';');
    const canonical = `POST\n/\n\n${names.map(name => `${name}:${signed[name]}\n`).join('')}\n${list}\n${sha256(body)}`;
    const scope = `${day}/${this.region}/${this.service}/aws4_request`;
    const signature = hmac(
      this.keyOf(day, secretAccessKey),
      `${ALGORITHM}\n${time}\n${scope}\n${sha256(canonical)}`,
    ).toString('hex');
    return {
      ...signed,
      authorization: `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${list}, Signature=${signature}`,
    };
  }

  private keyOf(day: string, secret: string): Buffer {
    const from = `${day}${secret}`;
    if (this.derived?.from !== from) {
      const key = [day, this.region, this.service, 'aws4_request'].reduce<string | Buffer>(
        hmac,
        `AWS4${secret}`,
      ) as Buffer;
      this.derived = { from, key };
    }
    return this.derived.key;
  }
}

function sha256(content: string | Buffer): string {
  return hash('sha256', content);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
