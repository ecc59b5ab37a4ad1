import { BadEvent, ErrorCode } from '../../contract/generated';

export type BadEventStage = BadEvent['stage'];

/**
 * A whole request that cannot be taken: answered with a 4xx or, for clients that would resend it for ever, stored as a
 * bad event.
 */
export class Refusal extends Error {
  constructor(
    readonly stage: BadEventStage,
    readonly code: ErrorCode,
    message: string,
    /** HTTP status for families that are told */
    readonly status: number,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** The body cannot be read: encoding, compression, size, JSON. */
export class DecodeError extends Refusal {
  constructor(code: ErrorCode, message: string, status = 400) {
    super(status === 413 ? 'size' : 'decode', code, message, status);
    this.name = 'DecodeError';
  }
}

/** The body is JSON, but not of the protocol's shape. */
export class ShapeError extends Refusal {
  constructor(message: string) {
    super('schema', 'invalid_shape', message, 400);
    this.name = 'ShapeError';
  }
}

export class UnauthorizedError extends Refusal {
  constructor(code: 'missing_write_key' | 'unknown_write_key', message: string) {
    super('auth', code, message, 401);
    this.name = 'UnauthorizedError';
  }
}

/**
 * The write keys are not known at present. Not a refusal: nobody can say whether the client may send, so it has to try
 * again.
 */
export class KeysUnavailableError extends Error {
  constructor() {
    super('the write keys are not known at present');
    this.name = 'KeysUnavailableError';
  }
}

/** A source has sent more than its rate allows. Not a refusal: its client has to send the events again, later. */
export class RateLimitedError extends Error {
  constructor(readonly sourceId: string | undefined) {
    super('the source has sent more than its rate allows');
    this.name = 'RateLimitedError';
  }
}

/** One event of a request that cannot become a canonical event; its neighbours can. */
export class InvalidEventError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** failing field, relative to the event */
    readonly path = '',
    readonly stage: BadEventStage = 'schema',
  ) {
    super(message);
    this.name = 'InvalidEventError';
  }
}
