import { gunzipSync } from 'zlib';

interface RawRow { readonly raw?: unknown; readonly raw_part?: unknown; readonly raw_encoding?: unknown }

/** The content of a bad event's rows, as docs/tables.md says that it is rebuilt. */
export function rebuilt(rows: readonly RawRow[]): Buffer {
  const raw = [...rows].sort((a, b) => Number(a.raw_part ?? 0) - Number(b.raw_part ?? 0)).map(row => row.raw).join('');
  const [{ raw_encoding }] = rows;
  if (raw_encoding === 'utf8') return Buffer.from(raw);
  const bytes = Buffer.from(raw, 'base64');
  return raw_encoding === 'gzip' ? gunzipSync(bytes) : bytes;
}
