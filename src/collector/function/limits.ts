const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * A body as it arrives. API Gateway and Lambda would take about 4.5 MB, but no tracker sends more than 500 KB in a
 * request.
 */
export const MAX_BODY_BYTES = MIB;

/** A body after decompression: bounds the memory one request can take, whatever it was compressed from. */
export const MAX_INFLATED_BYTES = 4 * MIB;

/** `JSON.stringify` recurses; 32 levels are far beyond what trackers send and far below the stack. */
export const MAX_JSON_DEPTH = 32;

/**
 * A value takes at least two bytes of JSON, but sixty of memory and more when it is taken for an event. The largest
 * bundles have a third as many.
 */
export const MAX_JSON_VALUES = 400_000;

/** Events of a request, for clients that split their batches. Segment's and RudderStack's SDKs send at most 250. */
export const MAX_EVENTS = 1000;

/** Events of a request of the AWS SDKs, which record for weeks offline and send all at once: 10,000 were seen. */
export const MAX_BUNDLE_EVENTS = 10_000;

/** A bundle of the AWS SDKs after decompression: 10,000 recorded events took 13.2 MB. */
export const MAX_BUNDLE_INFLATED_BYTES = 16 * MIB;

/** JSON values of a bundle of the AWS SDKs: each event has about fifty. */
export const MAX_BUNDLE_JSON_VALUES = 800_000;

/** Bytes that one request writes to the stream. A shard takes a mebibyte a second. */
export const MAX_OUTPUT_BYTES = 8 * MIB;

/** Bytes that a bundle of the AWS SDKs writes: its columns and their names take somewhat more than the events. */
export const MAX_BUNDLE_OUTPUT_BYTES = 32 * MIB;

/** A request may write this many times the bytes of its content: JSON within JSON is escaped twice. */
export const OUTPUT_FACTOR = 4;

/** And so many bytes for each event besides: what the collector adds, and what an envelope says once for all events. */
export const ENVELOPE_BYTES = 4 * KIB;

/** A user agent is copied into every event of a request; no browser's has a quarter of this. */
export const MAX_USER_AGENT_LENGTH = 1_024;

/** A content of a bad event up to this size, escaped, is kept as plain text; a larger one is compressed. */
export const MAX_PLAIN_RAW_BYTES = 64 * KIB;

/** The part of a compressed content that one row holds: with the row's other columns it fits a record. */
export const RAW_PART_BYTES = 640 * KIB;

/** How much is kept of a request without a valid key, escaped: enough to see who it was. */
export const MAX_UNAUTHORIZED_RAW_BYTES = KIB;

/**
 * A Kinesis record. One of 1 MiB uses a shard's write capacity of a second up. The rest is room for the partition key.
 */
export const MAX_RECORD_BYTES = 900 * KIB;

/** Records of a PutRecords call; a limit of Kinesis. */
export const MAX_CALL_RECORDS = 500;

/**
 * Bytes of a PutRecords call, keys included. Kinesis documents 5 MiB, since 2025 10 MiB. Every emulator and region
 * takes the lower.
 */
export const MAX_CALL_BYTES = 5 * MIB;

/** Longest time of the preprocess hook for one request: with storing it stays below the clients' own timeout. */
export const MAX_PREPROCESS_MS = 1_000;

/** Longest wait for the secret with the write keys; reading it takes tens of milliseconds. */
export const MAX_SECRET_MS = 1_500;

/** Longest wait for Kinesis: below every client's own timeout (the shortest, of browsers' SDKs, is 10 s). */
export const MAX_STORE_MS = 8_000;

/**
 * Longest wait for one PutRecords call: it takes tens of milliseconds, so one that takes longer is better sent again.
 */
export const MAX_ATTEMPT_MS = 3_000;

/** Kept from the function's remaining time to answer after the last attempt. */
export const ANSWER_RESERVE_MS = 500;

/** Seconds after which a client may try again what was not its fault: a shard's throttle lasts one. */
export const RETRY_AFTER_SECONDS = 5;

/** A source may send so many seconds' worth of its rate at once: trackers flush what they have queued. */
export const RATE_LIMIT_BURST_SECONDS = 10;
