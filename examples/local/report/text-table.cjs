// The one renderer of tables in a terminal. CommonJS, because `npm run query` is plain Node.

const { printable } = require('../support/printable.cjs');

/** The report's look. */
const PLAIN = { indent: '  ', gap: '   ', rule: '─', crossing: '   ', maxWidth: Infinity };
/** The look of database clients, for answers of any width: a row stays a line. */
const RULED = { indent: '', gap: ' | ', rule: '-', crossing: '-+-', maxWidth: 60 };

const widthOf = text => [...text].length;

function cut(text, maxWidth) {
  return widthOf(text) <= maxWidth ? text : `${[...text].slice(0, maxWidth - 1).join('')}…`;
}

/** Columns padded to their widest value. The line of headings is left out when all of them are empty. */
function renderTable(headings, rows, { indent, gap, rule, crossing, maxWidth } = PLAIN) {
  const fit = cells => cells.map(cell => cut(printable(cell), maxWidth));
  const [head, ...lines] = [fit(headings), ...rows.map(fit)];
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map(cells => widthOf(cells[column]))));
  const padded = (cell, column) => `${cell}${' '.repeat(widths[column] - widthOf(cell))}`;
  const line = cells => `${indent}${cells.map(padded).join(gap)}`.trimEnd();
  const ruler = `${indent}${widths.map(width => rule.repeat(width)).join(crossing)}`;
  const top = headings.some(heading => heading !== '') ? [line(head), ruler] : [];
  return [...top, ...lines.map(line)].join('\n');
}

module.exports = { PLAIN, RULED, renderTable };
