/** Every call of the unmodified @segment/analytics-node. */
import { Analytics } from '@segment/analytics-node';
import { Target } from './requests';
import { Ledger } from '../report/ledger';

/** The argument of the SDK's callback, whose type the package does not export. */
interface Delivered { readonly event: { readonly messageId?: string } }

export const SDK_CALLS = 6;

/** The SDK takes only a host, and drops a base path from it: the path has to be said beside it. */
function addressOf(url: string) {
  const { origin, pathname } = new URL(url);
  return { host: origin, path: `${pathname.replace(/v1\/$/, '')}v1/batch` };
}

export async function callSegmentSdk({ url, writeKey }: Target, ledger: Ledger): Promise<void> {
  const analytics = new Analytics({ writeKey, ...addressOf(url) });
  const delivered: string[] = [];
  const failures: string[] = [];
  const callback = (error: unknown, context?: Delivered) => {
    if (error || !context?.event.messageId) failures.push(String(error));
    else delivered.push(context.event.messageId);
  };
  analytics.on('error', ({ reason }) => failures.push(String(reason)));

  const userId = 'ada';
  analytics.identify({ userId, traits: { plan: 'pro', email: 'ada@example.com' } }, callback);
  const order = { revenue: 41.5, currency: 'EUR', products: [{ sku: 'kiln', quantity: 2 }] };
  analytics.track({ userId, event: 'Order Completed', properties: order }, callback);
  const pricing = 'https://shop.example/pricing?utm_source=news&utm_medium=email';
  analytics.page({ userId, name: 'Pricing', properties: { url: pricing } }, callback);
  analytics.screen({ anonymousId: 'phone-1', name: 'Home' }, callback);
  analytics.group({ userId, groupId: 'acme', traits: { seats: 12 } }, callback);
  analytics.alias({ userId, previousId: 'anonymous-7' }, callback);
  await analytics.closeAndFlush();

  ledger.acknowledge(delivered);
  ledger.check('@segment/analytics-node: identify, track, page, screen, group, alias', `${SDK_CALLS} delivered`,
    failures.length > 0 ? failures.join('; ') : `${delivered.length} delivered`);
}
