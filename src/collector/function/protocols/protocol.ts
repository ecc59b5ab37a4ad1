import { CanonicalEvent, ErrorCode } from '../../../contract/generated';
import { BodyLimits, Content } from '../decode';
import { Refusal } from '../errors';
import { JsonValue } from '../json';
import { CollectorRequest } from '../request';
import { CollectorResponse } from '../responses';
import { ContentKeys, Source } from '../write-key';

export type ProtocolName = CanonicalEvent['protocol'];

/** Fields that the collector sets whatever the protocol. */
type Stamped = 'request_id' | 'batch_index' | 'received_ts' | 'source_id';

type Optional = 'event_id' | 'app_id' | 'protocol';

/** An event as its protocol maps it. The collector adds a missing id or app, and anonymises addresses. */
export type EventDraft = Omit<CanonicalEvent, Stamped | Optional> & Partial<Pick<CanonicalEvent, Optional>>;

/** The events of a request. Each is made only when it is asked for: a body can name far more than are taken. */
export interface Batch {
  readonly size: number;
  /** One of them as the client sent it, with what its envelope says of all. */
  readonly eventAt: (index: number) => JsonValue;
  /** Where it stands in the body, e.g. `batch[3]`; '' is the whole body. */
  readonly pathOf: (index: number) => string;
  /**
   * Maps one of them.
   * @throws {InvalidEventError}
   */
  readonly draft: (event: JsonValue) => EventDraft;
}

/** Why one event of a request is a bad event. */
export interface Rejection {
  /** position in the request, from 0 */
  readonly index: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** failing field, from the top of the body. '' is the whole event */
  readonly path: string;
}

/** How many of a request's events are good, and why the others are not. */
export interface Tally {
  readonly accepted: number;
  readonly rejected: readonly Rejection[];
}

/** How much one request may bring, for families whose clients send that much. */
export interface RequestLimits extends BodyLimits {
  readonly events: number;
  /** bytes of all lines */
  readonly outputBytes: number;
}

/** A path on which events come in. */
export interface CollectEndpoint {
  readonly kind: 'collect';
  readonly protocol: ProtocolName;
  readonly methods: readonly string[];
  readonly limits: RequestLimits;
  /**
   * Reads the request's content.
   * @throws {DecodeError}
   */
  readonly read: (request: CollectorRequest) => Content;
  /** Whether the content belongs to this protocol, on a path that several protocols share. */
  readonly claims?: (content: JsonValue, request: CollectorRequest) => boolean;
  /** Keys that the content carries. */
  readonly keys?: (content: JsonValue, request: CollectorRequest) => ContentKeys;
  /**
   * Finds the events in a content without keys and with anonymised addresses.
   * @throws {ShapeError}
   */
  readonly split: (content: JsonValue, request: CollectorRequest) => Batch;
  /** The response when every event is stored, as itself or as a bad event. */
  readonly respond: (tally: Tally, request: CollectorRequest) => CollectorResponse;
  /**
   * The response to a request that cannot be taken, or undefined where clients would resend it for ever, so that it is
   * kept as a bad event.
   */
  readonly refuse: (refusal: Refusal) => CollectorResponse | undefined;
}

/**
 * The source of a request's write key.
 * @param key one that the path carries
 * @throws {UnauthorizedError}
 */
export type Authenticate = (key?: string) => Source;

/** A path whose response needs no stored event. */
export interface ReplyEndpoint {
  readonly kind: 'reply';
  readonly methods: readonly string[];
  /** @throws {Refusal} */
  readonly reply: (request: CollectorRequest, authenticate: Authenticate) => CollectorResponse;
}

export type Endpoint = CollectEndpoint | ReplyEndpoint;

/** A wire format: which paths are its own, and how they are served. */
export interface Protocol {
  readonly name: string;
  readonly endpointsAt: (path: string) => readonly Endpoint[];
}
