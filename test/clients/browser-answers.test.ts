/** What browsers' SDKs make of an answer that is no 200: what they send again, and that they stop. */
import { BrowserLab } from './support/browser-lab';
import { Outage } from './support/outage';
import { Copies } from './support/stored-line';
import type { ResponseType } from '../../examples/local/aws';
import { until } from '../../examples/local/support';

const START_MS = 60_000;
const TEST_MS = 120_000;
/** Some gather events for seconds before they send. */
const REFUSED_MS = 20_000;

const SPECIFIED = ['identify', 'Order Completed', 'Home', 'group', 'alias'];

/** SDK → names of the events of a first visit. */
const CLIENTS: Readonly<Record<string, readonly string[]>> = {
  'segment-analytics-next': [...SPECIFIED, 'Start'],
  'rudder-analytics-js': SPECIFIED,
  'snowplow-browser-tracker': ['page_view', 'add-to-cart', 'viewed_product', 'checkout'],
  'aws-clickstream-web': ['_first_open', '_session_start', '_page_view', '_profile_set', 'order_completed'],
  'posthog-js': ['$pageview', 'Order Completed', '$identify', '$groupidentify', '$create_alias'],
  'jitsu-js': ['identify', 'Order Completed', 'page', 'group'],
};

/** Every event of the next visit: the SDK is at work again. */
const AT_WORK = /^Visit.2$/;

/** The most requests that an SDK makes of one visit while it is refused: some try an event three times. */
const MOST_REQUESTS = 20;

const ANSWERS = ['INTEGRATION_FAILURE', 'THROTTLED', 'WAF_FILTERED', 'REQUEST_TOO_LARGE'] as const;
const keyOf = (sdk: string, answer: ResponseType) => `${sdk}:${answer}`;

const lab = new BrowserLab();

beforeAll(async () => {
  const keys = Object.keys(CLIENTS).flatMap(sdk => ANSWERS.map(answer => keyOf(sdk, answer)));
  await lab.start({ sources: Object.fromEntries(keys.map(key => [key, key])) });
}, START_MS);

afterAll(() => lab.stop());

interface Outcome { readonly duringOutage: readonly number[]; readonly copies: Copies }

/** A visit whose requests get `answers`, and then another, until what it must bring is stored. */
async function visitedTwice(
  sdk: string,
  answer: ResponseType,
  times: number,
  required: readonly string[],
): Promise<Outcome> {
  const outage = new Outage(lab.collector.edge, lab.collector.urls.host, Array<ResponseType>(times).fill(answer));
  const visitor = await lab.visitor();
  const key = keyOf(sdk, answer);
  try {
    const tab = await visitor.openTab({ url: `${await outage.listen()}/v1`, key, mode: 'outage' });
    await visitor.visit(tab, `${lab.site.pageOf(sdk)}?visit=1`);
    await until(REFUSED_MS, `a refusal of ${sdk}`, async () => outage.statuses.length > 0);
    await tab.waitForNetworkIdle();
    const duringOutage = [...outage.statuses];
    outage.end();
    await visitor.visit(tab, `${lab.site.pageOf(sdk)}?visit=2`);
    const copies = await lab.collector.eventsUntil(key, ({ events }) => {
      const names = events.map(event => String(event.event_name));
      return names.some(name => AT_WORK.test(name)) && required.every(name => names.includes(name));
    });
    return { duringOutage, copies };
  } finally {
    await visitor.leave();
    await outage.close();
  }
}

/** All at once: they spend their time waiting. */
async function eachSdk(check: (sdk: string, events: readonly string[]) => Promise<void>): Promise<void> {
  await Promise.all(Object.entries(CLIENTS).map(([sdk, events]) => check(sdk, events)));
}

/** Jitsu's SDK never sends anything again; PostHog's does, but not after a 429. */
const DROPS: Readonly<Partial<Record<ResponseType, readonly string[]>>> = {
  INTEGRATION_FAILURE: ['jitsu-js'],
  THROTTLED: ['jitsu-js', 'posthog-js'],
};

test.each([
  ['INTEGRATION_FAILURE', 503],
  ['THROTTLED', 429],
] as const)(
  'after one %s what was refused is sent again, and stored once',
  async (answer, status) => {
    await eachSdk(async (sdk, events) => {
      const drops = DROPS[answer]?.includes(sdk);
      const { duringOutage, copies } = await visitedTwice(sdk, answer, 1, drops ? [] : events);
      expect({ sdk, first: duringOutage[0] }).toEqual({ sdk, first: status });
      expect({ sdk, conflicting: copies.conflicting }).toEqual({ sdk, conflicting: [] });
      const lost = events.filter(name => !copies.events.some(event => event.event_name === name));
      expect({ sdk, lost: lost.length }).toEqual({ sdk, lost: drops ? 1 : 0 });
    });
  },
  TEST_MS,
);

test.each([
  ['WAF_FILTERED', 403],
  ['REQUEST_TOO_LARGE', 413],
] as const)(
  'while every answer is %s they stop trying, and are at work again afterwards',
  async (answer, status) => {
    await eachSdk(async sdk => {
      const { duringOutage, copies } = await visitedTwice(sdk, answer, 1_000, []);
      expect({ sdk, statuses: [...new Set(duringOutage)] }).toEqual({ sdk, statuses: [status] });
      expect(duringOutage.length).toBeLessThanOrEqual(MOST_REQUESTS);
      expect({ sdk, conflicting: copies.conflicting }).toEqual({ sdk, conflicting: [] });
    });
  },
  TEST_MS,
);
