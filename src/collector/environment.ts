import { IpPolicy } from './client-address';
import { WriteKeys } from './write-key';

/** Environment of the collector function, as the construct sets it. */
export interface CollectorEnvironment {
  /** Kinesis stream that events are written to. */
  readonly STREAM_NAME: string;
  /**
   * Origins whose pages may send, separated by commas.
   * @default - any origin
   */
  readonly ALLOWED_ORIGINS?: string;
  /**
   * `{"<source id>": {"keys": ["k1", "k2"], "appId": "shop"}}`: more than one key to rotate without loss.
   * @default - an open collector
   */
  readonly WRITE_KEYS?: string;
  /**
   * What is kept of client addresses: `truncate` (/24, /48), `drop` or `full`.
   * @default truncate
   */
  readonly CLIENT_IP?: IpPolicy;
  /** @default ClickstreamLakehouse */
  readonly METRICS_NAMESPACE?: string;
}

/** The environment, parsed. */
export interface CollectorSettings {
  readonly streamName: string;
  /** absent: any origin */
  readonly allowedOrigins?: ReadonlySet<string>;
  readonly writeKeys: WriteKeys;
  readonly clientIp: IpPolicy;
  readonly metricsNamespace: string;
}

export class EnvironmentError extends Error {
  constructor(variable: keyof CollectorEnvironment, problem: string) {
    super(`${variable} ${problem}`);
    this.name = 'EnvironmentError';
  }
}

type Variables = Readonly<Partial<Record<keyof CollectorEnvironment, string>>>;

const IP_POLICIES: readonly IpPolicy[] = ['truncate', 'drop', 'full'];

/** @throws {EnvironmentError} naming the variable and what it must be */
export function parseEnvironment(environment: Variables): CollectorSettings {
  if (!environment.STREAM_NAME) throw new EnvironmentError('STREAM_NAME', 'is missing: it must name the Kinesis stream');
  return {
    streamName: environment.STREAM_NAME,
    allowedOrigins: environment.ALLOWED_ORIGINS === undefined ? undefined : parseOrigins(environment.ALLOWED_ORIGINS),
    writeKeys: parseWriteKeys(environment.WRITE_KEYS),
    clientIp: parseIpPolicy(environment.CLIENT_IP ?? 'truncate'),
    metricsNamespace: environment.METRICS_NAMESPACE ?? 'ClickstreamLakehouse',
  };
}

function parseOrigins(text: string): ReadonlySet<string> {
  const origins = text.split(',').map(origin => origin.trim()).filter(origin => origin !== '');
  for (const origin of origins) {
    if (!/^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/.test(origin)) {
      throw new EnvironmentError('ALLOWED_ORIGINS', `has "${origin}": an origin is a scheme and a host, like https://shop.example`);
    }
  }
  return new Set(origins);
}

function parseWriteKeys(text: string | undefined): WriteKeys {
  if (text === undefined) return WriteKeys.open();
  try {
    return WriteKeys.of(JSON.parse(text));
  } catch (error) {
    // Not the parser's own message: it quotes the keys.
    const problem = error instanceof SyntaxError ? 'is not JSON' : (error as Error).message;
    throw new EnvironmentError('WRITE_KEYS', `${problem}; expected {"<source id>": {"keys": ["…"], "appId": "…"}}`);
  }
}

function parseIpPolicy(text: string): IpPolicy {
  const policy = IP_POLICIES.find(known => known === text);
  if (!policy) throw new EnvironmentError('CLIENT_IP', `is "${text}"; expected one of ${IP_POLICIES.join(', ')}`);
  return policy;
}
