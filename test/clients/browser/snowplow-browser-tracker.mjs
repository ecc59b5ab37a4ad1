import {
  enableAnonymousTracking, flushBuffer, newTracker, setUserId, trackPageView, trackSelfDescribingEvent, trackStructEvent,
} from '@snowplow/browser-tracker';
import { comeAndGo, done, key, mode, url, visit } from './page.mjs';

newTracker('sp', url, {
  appId: key,
  eventMethod: mode === 'get' ? 'get' : 'post',
  bufferSize: 3,
  contexts: { webPage: true, session: true },
  ...(mode === 'alias' && { postPath: '/com.acme/track' }),
  ...(mode === 'anonymous' && { anonymousTracking: { withServerAnonymisation: true } }),
});
if (mode === 'anonymous') enableAnonymousTracking({ options: { withServerAnonymisation: true } });
else setUserId('u-1');
comeAndGo(name => {
  trackStructEvent({ category: 'shop', action: name });
  flushBuffer();
});
if (visit === 1) {
  trackPageView({ title: 'Tee für zwei' });
  trackStructEvent({ category: 'shop', action: 'add-to-cart', label: 'tea', value: 12.5 });
  const context = [{ schema: 'iglu:com.acme/visitor/jsonschema/1-0-0', data: { kind: 'tester' } }];
  trackSelfDescribingEvent({ event: { schema: 'iglu:com.acme/viewed_product/jsonschema/1-0-0', data: { price: 20 } }, context });
  trackStructEvent({ category: 'shop', action: 'checkout' });
}
done();
