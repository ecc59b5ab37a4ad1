import { IncomingMessage } from 'http';

export interface Admission {
  /** Whether the server answers to every name, as behind a custom domain. By default only to this machine's. */
  readonly anyHost?: boolean;
  /** Whose pages may ask: those of the server itself, which is the default, those of any origin, or none at all. */
  readonly origins?: 'own' | 'any' | 'none';
}

/** The reason to refuse a request, if there is one. */
export function refusal(
  request: Pick<IncomingMessage, 'url' | 'headers' | 'socket'>, admission?: Admission,
): { readonly status: number; readonly message: string } | undefined;
