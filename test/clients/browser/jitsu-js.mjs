import { jitsuAnalytics } from '@jitsu/js';
import { comeAndGo, done, key, url, visit } from './page.mjs';

const analytics = jitsuAnalytics({ host: url, writeKey: key });
comeAndGo(name => void analytics.track(name));
if (visit === 1) {
  await analytics.identify('u-1', { plan: 'pro' });
  await analytics.track('Order Completed', { revenue: 12.5, currency: 'EUR' });
  await analytics.page('Home');
  await analytics.group('g-1', { seats: 3 });
}
done();
