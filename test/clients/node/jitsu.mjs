// Every call of @jitsu/js on a server. Arguments: the collector's URL, the write key. Says which id each call got.
import { jitsuAnalytics } from '@jitsu/js';

const [url, writeKey] = process.argv.slice(2);
const ids = {};
const fetchKeepingIds = (address, request) => {
  const { type, messageId } = JSON.parse(request.body);
  ids[type] = messageId;
  return fetch(address, request);
};
const analytics = jitsuAnalytics({ host: url, writeKey, fetch: fetchKeepingIds, s2s: true });

await analytics.identify('u-1', { plan: 'pro' });
await analytics.track('Order Completed', { revenue: 12.5, currency: 'EUR' });
await analytics.page({ name: 'Home', url: 'https://shop.example/' });
await analytics.group('g-1', { seats: 3 });
console.log(JSON.stringify(ids));
process.exit(); // its plugins keep timers
