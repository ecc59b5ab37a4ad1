/** How one kind of edge treats requests. */
import { IncomingMessage } from 'http';

/** What an edge gets, with its path in the forms that AWS gives it. */
export interface EdgeRequest {
  readonly message: IncomingMessage;
  readonly body: Buffer;
  readonly requestId: string;
  readonly receivedAt: Date;
  /** as the client sent it, before it is decoded */
  readonly rawPath: string;
  /** stage or base path, with a slash before it, or '' */
  readonly prefix: string;
  /** what follows the prefix, decoded, with a slash before it */
  readonly path: string;
  /** arrived at a custom domain */
  readonly atDomain: boolean;
  /** what follows the question mark, as it was sent */
  readonly search: string;
}

export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** Why an edge answers by itself; the names are those of a REST API's gateway responses. */
export type ResponseType =
  | 'INTEGRATION_FAILURE' | 'INTEGRATION_TIMEOUT' | 'MISSING_AUTHENTICATION_TOKEN' | 'REQUEST_TOO_LARGE' | 'THROTTLED'
  | 'WAF_FILTERED' | 'DEFAULT_4XX' | 'DEFAULT_5XX';

export interface RequestOfAnswer {
  readonly requestId: string;
  /** Lower-case header name → value. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface EdgeForm {
  /** of its own URL: the stage with a slash before it, or '' */
  readonly prefix: string;
  /** request line and headers together */
  readonly maxHeaderBytes: number;
  readonly maxBodyBytes: number;
  /** the event that the function is given */
  event(request: EdgeRequest): unknown;
  /** @returns undefined when the function's result has not the shape that the edge demands */
  answer(result: unknown): Answer | undefined;
  /** what it answers by itself */
  refusal(type: ResponseType, request: RequestOfAnswer): Answer;
}
