import { AnalyticsBrowser } from '@segment/analytics-next';
import { comeAndGo, done, key, mode, url, visit } from './page.mjs';

const deliveryStrategy = mode === 'batching'
  ? { strategy: 'batching', config: { size: 10, timeout: 1000 } }
  : { config: { keepalive: true } };
const analytics = AnalyticsBrowser.load({ writeKey: key, cdnURL: url }, { integrations: { 'Segment.io': { deliveryStrategy } } });
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
