/** Measures and prints one table. Never a test, because the figures are the machine's. */
import { benchCollector, Row } from './collector';
import { benchJob } from './job';
import { renderTable } from '../examples/local/report/text-table.cjs';
import type { Toolchain } from '../examples/local/setup/toolchain';

type Bench = (args: readonly string[], toolchain: Toolchain) => Promise<Row[]>;

const BENCHES: Readonly<Record<string, Bench>> = { collector: benchCollector, job: benchJob };

/** @throws when the arguments are not those of a measurement */
export async function bench([name, ...rest]: readonly string[], toolchain: Toolchain): Promise<void> {
  if (!Object.hasOwn(BENCHES, name ?? '')) {
    throw new Error(`unknown measurement ${name ?? ''}: npm run bench -- <${Object.keys(BENCHES).join('|')}>`);
  }
  const rows = await BENCHES[name](rest, toolchain);
  const headings = [...new Set(rows.flatMap(row => Object.keys(row)))];
  console.log(renderTable(headings, rows.map(row => headings.map(heading => row[heading] ?? ''))));
}
