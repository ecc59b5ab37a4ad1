// Every kind of event of @snowplow/node-tracker. Arguments: the collector's URL, the app id. Says which id each event got.
import {
  buildAdClick, buildAddToCart, buildEcommerceTransaction, buildEcommerceTransactionItem, buildPagePing, buildPageView, buildScreenView,
  buildSelfDescribingEvent, buildStructEvent, newTracker,
} from '@snowplow/node-tracker';

const [url, appId, eventMethod = 'post'] = process.argv.slice(2);

let settle;
const tracker = newTracker(
  { namespace: 'test', appId, encodeBase64: eventMethod === 'get' },
  { endpoint: url, eventMethod, bufferSize: 50, onRequestSuccess: () => settle(), onRequestFailure: failure => settle(failure) },
);
tracker.setUserId('u-1');
tracker.setDomainUserId('d-1');
tracker.setSessionId('s-1');
tracker.setSessionIndex(3);
tracker.setIpAddress('203.0.113.77');
tracker.setUseragent('Test/1.0');
tracker.setLang('de-AT');
tracker.setTimezone('Europe/Vienna');

const EVENTS = {
  pageView: buildPageView({ pageUrl: 'https://shop.example/tea', pageTitle: 'Tee für zwei', referrer: 'https://search.example/' }),
  pagePing: buildPagePing({ pageUrl: 'https://shop.example/tea', minYOffset: 0, maxYOffset: 120 }),
  struct: buildStructEvent({ category: 'shop', action: 'add-to-cart', label: 'tea', property: 'green', value: 12.5 }),
  selfDescribing: buildSelfDescribingEvent({ event: { schema: 'iglu:com.acme/viewed_product/jsonschema/1-0-0', data: { price: 20 } } }),
  screenView: buildScreenView({ name: 'Start', id: 'screen-1' }),
  addToCart: buildAddToCart({ sku: 'tea-1', quantity: 2, unitPrice: 6.25, currency: 'EUR' }),
  adClick: buildAdClick({ targetUrl: 'https://ad.example/', clickId: 'c-1' }),
  transaction: buildEcommerceTransaction({ orderId: 'o-1', total: 12.5, currency: 'EUR' }),
  transactionItem: buildEcommerceTransactionItem({ orderId: 'o-1', sku: 'tea-1', price: 6.25, quantity: 2, currency: 'EUR' }),
};
const context = [{ schema: 'iglu:com.acme/visitor/jsonschema/1-0-0', data: { kind: 'tester' } }];
const ids = Object.fromEntries(Object.entries(EVENTS).map(([call, event]) => [call, tracker.track(event, context).eid]));
// What could not be sent stays in the queue until the next flush.
const MAX_FLUSHES = 3;
let failure;
for (let flushes = 0; flushes === 0 || (failure?.willRetry && flushes < MAX_FLUSHES); flushes++) {
  const settled = new Promise(resolve => { settle = resolve; });
  await tracker.flush();
  failure = await settled;
}
if (failure) throw new Error(`answered ${failure.status}`);
console.log(JSON.stringify(ids));
process.exit();
