// Every call of @segment/analytics-node. Arguments: the collector's URL, the write key. Says which id each call got.
import { Analytics } from '@segment/analytics-node';

const [url, writeKey] = process.argv.slice(2);
const { origin, pathname } = new URL(url);
// The SDK resolves its path against the host, so a URL that has a path of its own has to go there.
const analytics = new Analytics({ host: origin, path: `${pathname.replace(/\/$/, '')}/v1/batch`, writeKey });

const ids = {};
const keepId = call => (error, context) => { ids[call] = error?.message ?? context.event.messageId; };

const user = { userId: 'u-1', anonymousId: 'a-1' };
const context = { ip: '203.0.113.77', locale: 'de-AT', page: { url: 'https://shop.example/tea', title: 'Tea' } };
analytics.identify({ ...user, traits: { plan: 'pro' } }, keepId('identify'));
analytics.track({ ...user, event: 'Order Completed', properties: { revenue: 12.5, currency: 'EUR', items: [{ sku: 'a' }] }, context }, keepId('track'));
analytics.page({ ...user, name: 'Home', category: 'Shop', properties: { url: 'https://shop.example/' } }, keepId('page'));
analytics.screen({ ...user, name: 'Start', properties: { tab: 2 } }, keepId('screen'));
analytics.group({ ...user, groupId: 'g-1', traits: { seats: 3 } }, keepId('group'));
analytics.alias({ userId: 'u-1', previousId: 'a-1' }, keepId('alias'));
await analytics.closeAndFlush();
console.log(JSON.stringify(ids));
