import { isUtf8 } from 'buffer';
import { gzipSync } from 'zlib';
import { IpPolicy } from './client-address';
import { MAX_PLAIN_RAW_BYTES, MAX_UNAUTHORIZED_RAW_BYTES, RAW_PART_BYTES } from './limits';
import { protectText } from './privacy';
import { BadEvent } from '../../contract/generated';

/** The columns of a row that holds a bad event's content, or a part of it. */
export type RawColumns = Pick<BadEvent, 'raw' | 'raw_encoding' | 'raw_bytes' | 'raw_part' | 'raw_parts'>;

/** A content of a bad event, and what may be kept of it. */
export interface RawContent {
  readonly bytes: Buffer;
  readonly clientIp: IpPolicy;
  /** it was read as JSON, and neither keys nor addresses are in it but in JSON within JSON */
  readonly isProtected: boolean;
}

/** All of a content, over as many rows as it takes. Keys and addresses are taken out of what is text. */
export function kept(content: RawContent): RawColumns[] {
  const text = textOf(content);
  const { bytes } = content;
  const raw_bytes = bytes.length;
  if (text === undefined) return inParts(bytes.toString('base64'), 'base64', raw_bytes);
  if (isShort(text)) return [{ raw: text, raw_encoding: 'utf8', raw_bytes }];
  return inParts(gzipSync(text, { level: 1 }).toString('base64'), 'gzip', raw_bytes);
}

/** The start of a content whose sender is not known. */
export function keptStart(content: RawContent): RawColumns {
  const raw_bytes = content.bytes.length;
  // More than is kept, so that an address or key at the cut is seen whole.
  const bytes = content.bytes.subarray(0, utf8Boundary(content.bytes, 2 * MAX_UNAUTHORIZED_RAW_BYTES));
  const text = textOf({ ...content, bytes });
  if (text !== undefined) return { raw: cut(text, MAX_UNAUTHORIZED_RAW_BYTES), raw_encoding: 'utf8', raw_bytes };
  const start = bytes.subarray(0, (MAX_UNAUTHORIZED_RAW_BYTES / 4) * 3 - 6);
  return { raw: start.toString('base64'), raw_encoding: 'base64', raw_bytes };
}

/** Undefined if the content is not text that every engine can read. */
function textOf({ bytes, clientIp, isProtected }: RawContent): string | undefined {
  if (!isUtf8(bytes) || bytes.includes(0)) return undefined;
  return protectText(bytes.toString('utf8'), clientIp, isProtected);
}

function isShort(text: string): boolean {
  return text.length <= MAX_PLAIN_RAW_BYTES && escapedBytes(text) <= MAX_PLAIN_RAW_BYTES;
}

function escapedBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/** The longest start of a text that takes at most so many bytes in a line. */
function cut(text: string, limit: number): string {
  let start = text;
  for (let bytes = escapedBytes(start); bytes > limit; bytes = escapedBytes(start)) {
    start = start.slice(0, Math.min(start.length - 1, Math.floor((start.length * limit) / bytes)));
  }
  return start.replace(/[\ud800-\udbff]$/, '');
}

function inParts(raw: string, raw_encoding: BadEvent['raw_encoding'], raw_bytes: number): RawColumns[] {
  const raw_parts = Math.ceil(raw.length / RAW_PART_BYTES);
  if (raw_parts <= 1) return [{ raw, raw_encoding, raw_bytes }];
  return Array.from({ length: raw_parts }, (_, raw_part) => ({
    raw: raw.slice(raw_part * RAW_PART_BYTES, (raw_part + 1) * RAW_PART_BYTES),
    raw_encoding,
    raw_bytes,
    raw_part,
    raw_parts,
  }));
}

/** Where to cut bytes so that no UTF-8 character is split. */
function utf8Boundary(bytes: Buffer, limit: number): number {
  if (bytes.length <= limit) return bytes.length;
  let boundary = limit;
  while (boundary > limit - 4 && bytes[boundary] >= 0x80 && bytes[boundary] < 0xc0) boundary--;
  return boundary;
}
