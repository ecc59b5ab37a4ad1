import posthog from 'posthog-js';
import { comeAndGo, done, key, url, visit } from './page.mjs';

posthog.init(key, {
  api_host: url,
  autocapture: false,
  capture_pageview: visit === 1,
  disable_session_recording: true,
});
comeAndGo(name => posthog.capture(name));
if (visit === 1) {
  posthog.capture('Order Completed', { revenue: 12.5, currency: 'EUR' });
  posthog.identify('u-1', { plan: 'pro' });
  posthog.group('company', 'g-1', { seats: 3 });
  posthog.alias('u-2', 'u-1');
}
done();
