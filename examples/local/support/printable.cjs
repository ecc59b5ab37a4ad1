// Text for a terminal. CommonJS, because `npm run query` is plain Node.

/**
 * Control characters (C0, DEL, C1) can move the cursor or command the terminal. Separators, direction marks, overrides
 * and isolates can show a line as another one. Whoever sends events chooses the values that are shown here.
 */
// eslint-disable-next-line no-control-regex
const ACTIVE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text with such characters shown as escapes, like \u001b. */
function printable(text) {
  return text.replace(ACTIVE, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for a text of several lines. */
function printableLines(text) {
  return text.split('\n').map(printable).join('\n');
}

module.exports = { printable, printableLines };
