/** Every call of the unmodified @segment/analytics-node. */
import { Analytics } from '@segment/analytics-node';
import { Ledger } from '../report/ledger';

/** The argument of the SDK's callback, whose type the package does not export. */
interface Delivered { readonly event: { readonly messageId?: string } }

export const SDK_CALLS = 6;

/** @param origin of the collector: the SDK's own path, /v1/batch, leads to the stage */
export async function callSegmentSdk(origin: string, ledger: Ledger): Promise<void> {
  const analytics = new Analytics({ writeKey: 'demo', host: origin });
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
  const url = 'https://shop.example/pricing?utm_source=news&utm_medium=email';
  analytics.page({ userId, name: 'Pricing', properties: { url } }, callback);
  analytics.screen({ anonymousId: 'phone-1', name: 'Home' }, callback);
  analytics.group({ userId, groupId: 'acme', traits: { seats: 12 } }, callback);
  analytics.alias({ userId, previousId: 'anonymous-7' }, callback);
  await analytics.closeAndFlush();

  ledger.acknowledge(delivered);
  ledger.check('@segment/analytics-node: identify, track, page, screen, group, alias', `${SDK_CALLS} delivered`,
    failures.length > 0 ? failures.join('; ') : `${delivered.length} delivered`);
}
