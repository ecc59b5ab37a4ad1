import { MAX_RECORD_BYTES } from '../limits';

const NEWLINE = Buffer.from('\n');

/**
 * Packs lines into records of NDJSON: a record costs a fixed overhead in Kinesis, in the job and in Delta, whatever it
 * carries.
 */
export function packRecords(lines: readonly string[]): Buffer[] {
  const records: Buffer[] = [];
  let parts: Buffer[] = [];
  let bytes = 0;
  for (const text of lines) {
    const encoded = Buffer.from(text);
    if (parts.length > 0 && bytes + NEWLINE.length + encoded.length > MAX_RECORD_BYTES) {
      records.push(Buffer.concat(parts));
      parts = [];
      bytes = 0;
    }
    if (parts.length > 0) parts.push(NEWLINE);
    parts.push(encoded);
    bytes += encoded.length + NEWLINE.length;
  }
  if (parts.length > 0) records.push(Buffer.concat(parts));
  return records;
}
