/** Prints the table of costs in README.md. */
import { rmSync } from 'fs';
import { Stage } from 'aws-cdk-lib';
import { ClickstreamLakehouse, CostEstimate } from 'cdk-clickstream-lakehouse';
import { lakehouse as dev } from './dev/main';
import { lakehouse as minimal } from './minimal/main';
import { lakehouse as prod } from './prod/main';

const EXAMPLES: Readonly<Record<string, ClickstreamLakehouse>> = { minimal, dev, prod };
const RATES = [0, 10, 100, 1000];
const EVENTS_PER_REQUEST = 10;

/** Prices that the table is made with, whatever the region of the shell. */
const REGION = 'us-east-1';

/** Marks a configuration that the traffic is too much for. */
const MARK = '†';

/** Markdown: USD a month of each example at each rate, and what is too small. */
function costTable(): string {
  const estimates = Object.entries(EXAMPLES).map(([name, lakehouse]) => ({
    name,
    estimates: RATES.map(eventsPerSecond => lakehouse.estimatedMonthlyCost({
      eventsPerSecond, eventsPerRequest: EVENTS_PER_REQUEST, region: REGION,
    })),
  }));
  Object.values(EXAMPLES).forEach(removeOutput);
  const shortfalls = estimates.flatMap(({ name, estimates: ofName }) => ofName.flatMap((one, index) =>
    one.shortfalls.map(text => `- ${MARK} ${name} at ${rate(RATES[index])}: ${text}.`)));
  return [
    `| USD a month | ${RATES.map(rate).join(' | ')} |`,
    `|---|${RATES.map(() => '--:|').join('')}`,
    ...estimates.map(({ name, estimates: ofName }) => `| ${name} | ${ofName.map(cell).join(' | ')} |`),
    ...(shortfalls.length > 0 ? ['', ...shortfalls] : []),
  ].join('\n');
}

function rate(eventsPerSecond: number): string {
  return eventsPerSecond === 0 ? 'idle' : `${eventsPerSecond.toLocaleString('en')} events/s`;
}

function cell({ total, shortfalls }: CostEstimate): string {
  return `${Math.round(total).toLocaleString('en')}${shortfalls.length > 0 ? ` ${MARK}` : ''}`;
}

/** The app of an example has a folder even if it is not synthesized. */
function removeOutput(lakehouse: ClickstreamLakehouse): void {
  rmSync(Stage.of(lakehouse)!.outdir, { recursive: true });
}

console.log(costTable());
