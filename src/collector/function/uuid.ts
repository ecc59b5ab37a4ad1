import { createHash } from 'crypto';

/** Namespace of the ids made here; a constant, or a retry would get another id. */
const NAMESPACE = Buffer.from('5b7c1d0e94f24f3c8a4bd6c1f0a7e352', 'hex');

/** A name-based UUID, RFC 9562 version 5. */
export function uuidV5(name: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes[6] = 0x50 + (bytes[6] % 0x10);
  bytes[8] = 0x80 + (bytes[8] % 0x40);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
