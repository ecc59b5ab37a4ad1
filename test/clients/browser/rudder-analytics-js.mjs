import { RudderAnalytics } from '@rudderstack/analytics-js/bundled';
import { comeAndGo, done, key, mode, url, visit } from './page.mjs';

const analytics = new RudderAnalytics();
analytics.load(key, url, { configUrl: url, useBeacon: mode === 'beacon', beaconQueueOptions: { flushQueueInterval: 500 }, logLevel: 'ERROR' });
comeAndGo(name => analytics.track(name));
if (visit === 1) {
  analytics.identify('u-1', { plan: 'pro' });
  analytics.track('Order Completed', { revenue: 12.5, currency: 'EUR' });
  analytics.page('Shop', 'Home', { shelf: 2 });
  analytics.group('g-1', { seats: 3 });
  analytics.alias('u-2', 'u-1');
}
analytics.ready(done);
