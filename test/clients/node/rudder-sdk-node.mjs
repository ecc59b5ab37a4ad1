// Every call of @rudderstack/rudder-sdk-node. Arguments: the collector's URL, the write key. Says which id each call got.
import { randomUUID } from 'node:crypto';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';

const [url, writeKey] = process.argv.slice(2);
const analytics = new RudderAnalytics(writeKey, { dataPlaneUrl: url, flushAt: 100, logLevel: 'error' });

const ids = {};
const failures = [];
const send = (call, message) => {
  ids[call] = randomUUID();
  analytics[call]({ ...message, messageId: ids[call] }, error => { if (error) failures.push(error); });
};

const user = { userId: 'u-1', anonymousId: 'a-1' };
send('identify', { ...user, traits: { plan: 'pro' } });
send('track', { ...user, event: 'Order Completed', properties: { revenue: 12.5, currency: 'EUR' }, context: { ip: '203.0.113.77' } });
send('page', { ...user, name: 'Home', properties: { url: 'https://shop.example/' } });
send('screen', { ...user, name: 'Start', properties: { tab: 2 } });
send('group', { ...user, groupId: 'g-1', traits: { seats: 3 } });
send('alias', { userId: 'u-1', previousId: 'a-1' });
await analytics.flush();
if (failures.length > 0) throw failures[0];
console.log(JSON.stringify(ids));
process.exit(); // its timer would keep the process alive
