// Every call of posthog-node. Arguments: the collector's URL, the project key. Says which id each call got.
import { PostHog } from 'posthog-node';

const [url, key] = process.argv.slice(2);
const ids = {};
const posthog = new PostHog(key, { host: url });
posthog.on('flush', messages => { for (const { event, uuid } of messages) ids[event] = uuid; });
posthog.on('error', error => { throw error; });

posthog.identify({ distinctId: 'u-1', properties: { plan: 'pro' } });
posthog.capture({ distinctId: 'u-1', event: 'Order Completed', properties: { revenue: 12.5, currency: 'EUR', $ip: '203.0.113.77' } });
posthog.capture({ distinctId: 'u-1', event: '$pageview', properties: { $current_url: 'https://shop.example/tea' } });
posthog.groupIdentify({ groupType: 'company', groupKey: 'g-1', properties: { seats: 3 }, distinctId: 'u-1' });
posthog.alias({ distinctId: 'u-1', alias: 'a-1' });
posthog.captureException(new Error('broken'), 'u-1');
await posthog.flush();
await posthog.shutdown();
console.log(JSON.stringify(ids));
