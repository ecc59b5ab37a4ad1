import { AnalyticsBrowser } from '@segment/analytics-next';
import { comeAndGo, done, key, mode, url, visit } from './page.mjs';

const deliveryStrategy = mode === 'batching'
  ? { strategy: 'batching', config: { size: 10, timeout: 1000 } }
  : { config: { keepalive: true } };
// The collector's settings name the collector itself: during an outage what stands before it would never be asked.
const { host, protocol } = new URL(url);
const outage = mode === 'outage' && { apiHost: `${host}/v1`, protocol: protocol.slice(0, -1) };
const analytics = AnalyticsBrowser.load({ writeKey: key, cdnURL: url }, { integrations: { 'Segment.io': { deliveryStrategy, ...outage } } });
comeAndGo(name => void analytics.track(name));
await analytics.ready();
if (visit === 1) {
  await analytics.identify('u-1', { plan: 'pro' });
  await analytics.track('Order Completed', { revenue: 12.5, currency: 'EUR' });
  await analytics.page('Shop', 'Home', { shelf: 2 });
  await analytics.screen('Shop', 'Start', { tab: 2 });
  await analytics.group('g-1', { seats: 3 });
  await analytics.alias('u-2', 'u-1');
}
done();
