import { CanonicalEvent, ErrorCode } from '../../../contract/generated';
import { Refusal } from '../errors';
import { JsonValue } from '../json';
import { CollectorRequest } from '../request';
import { CollectorResponse } from '../responses';
import { Source } from '../write-key';

export type ProtocolName = CanonicalEvent['protocol'];

/** Fields that the collector sets whatever the protocol. */
type Stamped = 'request_id' | 'batch_index' | 'received_ts' | 'source_id';

type Optional = 'event_id' | 'app_id' | 'protocol';

/** An event as its protocol maps it. The collector adds a missing id or app, and anonymises addresses. */
export type EventDraft = Omit<CanonicalEvent, Stamped | Optional> & Partial<Pick<CanonicalEvent, Optional>>;

/** One event of a request, as the client sent it. */
export interface Member {
  readonly value: JsonValue;
  /** where it stands in the body, e.g. `batch[3]`; '' is the whole body */
  readonly path: string;
}

/** The events of a request. */
export interface Batch {
  readonly members: readonly Member[];
  /**
   * Maps one of them.
   * @throws {InvalidEventError}
   */
  readonly draft: (member: Member) => EventDraft;
  /** key that the body carries */
  readonly writeKey?: string;
  /** application id that the body carries, which stands for a key where a tracker cannot send one */
  readonly appId?: string;
}

/** Why one event of a request is a bad event. */
export interface Rejection {
  /** position in the request, from 0 */
  readonly index: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** failing field, from the top of the body; '' is the whole event */
  readonly path: string;
}

/** How many of a request's events are good, and why the others are not. */
export interface Tally {
  readonly accepted: number;
  readonly rejected: readonly Rejection[];
}

/** A path on which events come in. */
export interface CollectEndpoint {
  readonly kind: 'collect';
  readonly protocol: ProtocolName;
  readonly methods: readonly string[];
  /**
   * Reads the request's content.
   * @throws {DecodeError}
   */
  readonly read: (request: CollectorRequest) => JsonValue;
  /** Whether the content belongs to this protocol, on a path that several protocols share. */
  readonly claims?: (content: JsonValue) => boolean;
  /** @throws {ShapeError} */
  readonly split: (content: JsonValue, request: CollectorRequest) => Batch;
  readonly maxEvents: number;
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
