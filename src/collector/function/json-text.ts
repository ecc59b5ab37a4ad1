/** JSON as bytes: what is found, and mended, before a parser takes it. */

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const CAPITAL_E = 0x45;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const SMALL_E = 0x65;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Every integer of fewer characters is a double as it is. */
const LONG_NUMBER = 16;

export interface Extent {
  readonly depth: number;
  /** at least so many */
  readonly values: number;
  /** some number may not fit a double */
  readonly longNumbers: boolean;
}

/**
 * How deep JSON text nests and how many values it has, found without parsing it: a parser would recurse, and take
 * memory for each.
 */
export function extentOf(text: Buffer): Extent {
  let level = 0;
  let depth = 0;
  let values = 1;
  let longNumbers = false;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    switch (byte) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COMMA:
        values++;
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        values++;
        level++;
        if (level > depth) depth = level;
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        level--;
        break;
      default:
        if (isDigit(byte)) {
          const end = endOfNumber(text, at);
          longNumbers ||= isLong(text, at, end);
          at = end - 1;
        }
    }
  }
  return { depth, values, longNumbers };
}

/**
 * Valid JSON whose integers above 2^53, and numbers beyond any double, are strings of their digits: parsed as numbers,
 * ids of two users would become one, and the rest `null`.
 * @returns undefined if the text has no such number
 */
export function quoteInexactNumbers(text: Buffer): Buffer | undefined {
  const edges = edgesOfInexactNumbers(text);
  if (edges.length === 0) return undefined;
  const quoted = Buffer.allocUnsafe(text.length + edges.length);
  let read = 0;
  let written = 0;
  for (const edge of edges) {
    written += text.copy(quoted, written, read, edge);
    quoted[written++] = QUOTE;
    read = edge;
  }
  text.copy(quoted, written, read);
  return quoted;
}

/** Where each starts and ends, in turn. */
function edgesOfInexactNumbers(text: Buffer): number[] {
  const edges: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    if (byte === QUOTE) {
      at = endOfString(text, at);
    } else if (byte === MINUS || isDigit(byte)) {
      const end = endOfNumber(text, at);
      if (isLong(text, at, end) && isInexact(text.toString('latin1', at, end))) edges.push(at, end);
      at = end - 1;
    }
  }
  return edges;
}

/** Fractions are rounded as in every JSON parser; integers are often keys. */
function isInexact(number: string): boolean {
  const value = Number(number);
  return !Number.isFinite(value) || (/^-?\d+$/.test(number) && String(value) !== number);
}

function isLong(text: Buffer, start: number, end: number): boolean {
  if (end - start >= LONG_NUMBER) return true;
  for (let at = start; at < end; at++) {
    if (text[at] === SMALL_E || text[at] === CAPITAL_E) return true;
  }
  return false;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Position of the quote that ends a string. */
function endOfString(text: Buffer, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
  return at;
}

/** Position after a number. */
function endOfNumber(text: Buffer, start: number): number {
  let at = start + 1;
  while (at < text.length && isOfNumber(text[at])) at++;
  return at;
}

function isOfNumber(byte: number): boolean {
  return isDigit(byte) || byte === POINT || byte === MINUS || byte === PLUS || byte === SMALL_E || byte === CAPITAL_E;
}
