import { ClickstreamAnalytics, SendMode } from '@aws/clickstream-web';
import { comeAndGo, done, key, mode, url, visit } from './page.mjs';

ClickstreamAnalytics.init({
  appId: key,
  endpoint: `${url}/collect`,
  sendMode: mode === 'batch' ? SendMode.Batch : SendMode.Immediate,
  sendEventsInterval: 1000,
  isTrackUserEngagementEvents: false, // it would depend on how fast the test is
});
comeAndGo(name => ClickstreamAnalytics.record({ name: name.replace(' ', '_'), isImmediate: true }));
if (visit === 1) {
  ClickstreamAnalytics.setUserId('u-1');
  ClickstreamAnalytics.setUserAttributes({ plan: 'pro' });
  ClickstreamAnalytics.setGlobalAttributes({ shelf: 2 });
  ClickstreamAnalytics.record({
    name: 'order_completed',
    attributes: { _value: 12.5, _currency: 'EUR', coupon: 'autumn' },
    items: [{ id: 'tea-1', name: 'Tea', price: 12.5 }],
  });
}
done();
