import { RETRY_AFTER_SECONDS } from './limits';
import { WriteKeys, WriteKeysError } from './write-key';

/**
 * How long keys are used before they are read again: a new key is known everywhere after that, and a removed one
 * nowhere.
 */
const TTL_MS = 5 * 60_000;

/** After a failure: no request waits for another attempt before clients were told to come back. */
const RETRY_MS = RETRY_AFTER_SECONDS * 1_000;

/** Reads a secret's text. */
export type ReadSecret = () => Promise<string | undefined>;

/** Write keys that a secret holds. */
export class SecretWriteKeys {
  private keys = WriteKeys.unavailable();
  private readAt?: number;
  private nextRead = 0;
  private reading?: Promise<void>;

  /** @param log gets one line for each failure, without anything of the secret */
  constructor(private readonly readSecret: ReadSecret, private readonly log: (line: string) => void) {}

  /** The keys as last read, or those before when reading fails. Unavailable until read once. Never rejects. */
  async current(): Promise<WriteKeys> {
    if (Date.now() >= this.nextRead) await (this.reading ??= this.read().finally(() => { this.reading = undefined; }));
    return this.keys;
  }

  private async read(): Promise<void> {
    try {
      this.keys = WriteKeys.parse(await this.readSecret() ?? '');
      this.readAt = Date.now();
      this.nextRead = this.readAt + TTL_MS;
    } catch (error) {
      this.nextRead = Date.now() + RETRY_MS;
      this.log(
        JSON.stringify({ level: 'ERROR', error: 'WriteKeysUnreadable', reason: reasonOf(error), ...this.age() }),
      );
    }
  }

  /** How old the keys are that are used instead. */
  private age(): { readonly staleSeconds?: number } {
    return this.readAt === undefined ? {} : { staleSeconds: Math.round((Date.now() - this.readAt) / 1_000) };
  }
}

/** The error's name, never its message, which may quote the secret. */
function reasonOf(error: unknown): string {
  return error instanceof WriteKeysError
    ? 'the secret is not of the form {"<source id>": {"keys": ["…"]}}'
    : (error as Error).name;
}
