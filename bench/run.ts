/** `npm run bench -- <what>`: measures and prints one table. Never a test, because the figures are the machine's. */
import { benchCollector, Row } from './collector';
import { renderTable } from '../examples/local/report/text-table.cjs';

const BENCHES: Readonly<Record<string, () => Promise<Row[]>>> = { collector: benchCollector };

async function main([name, ...rest]: readonly string[]): Promise<void> {
  if (!Object.hasOwn(BENCHES, name ?? '') || rest.length > 0) {
    throw new Error(`usage: npm run bench -- <${Object.keys(BENCHES).join('|')}>`);
  }
  const rows = await BENCHES[name]();
  const headings = [...new Set(rows.flatMap(row => Object.keys(row)))];
  console.log(renderTable(headings, rows.map(row => headings.map(heading => row[heading] ?? ''))));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
