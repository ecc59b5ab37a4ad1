/** The text with control and direction characters shown as escapes, like \u001b. */
export function printable(text: string): string;

/** The same for a text of several lines. */
export function printableLines(text: string): string;
