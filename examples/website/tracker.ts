/** The shop's events, by the names of Segment's e-commerce specification, through the unmodified browser SDK. */
import { AnalyticsBrowser } from '@segment/analytics-next';
import { Cart } from './cart';
import { SiteConfig } from './config';
import { CURRENCY, Product } from './products';

export class Tracker {
  private readonly analytics: AnalyticsBrowser;

  constructor({ collectorUrl, writeKey }: SiteConfig) {
    // The collector also answers the SDK's boot request, so no vendor account is needed. The SDK itself adds the path,
    // /v1/projects/….
    this.analytics = AnalyticsBrowser.load({ writeKey, cdnURL: collectorUrl.replace(/\/v1$/, '') });
    void this.analytics.page('Shop');
  }

  /** @param onFailure called when the SDK cannot boot, because the collector does not answer */
  onFailure(callback: () => void) {
    this.analytics.catch(callback);
  }

  viewed(product: Product) {
    void this.analytics.track('Product Viewed', describe(product));
  }

  added(product: Product) {
    void this.analytics.track('Product Added', { ...describe(product), quantity: 1 });
  }

  removed(product: Product) {
    void this.analytics.track('Product Removed', { ...describe(product), quantity: 1 });
  }

  checkoutStarted(cart: Cart) {
    void this.analytics.track('Checkout Started', order(cart));
  }

  ordered(cart: Cart, orderId: string) {
    void this.analytics.track('Order Completed', { order_id: orderId, revenue: cart.total, ...order(cart) });
  }

  signedIn(email: string) {
    void this.analytics.identify(email, { email });
  }

  signedOut() {
    void this.analytics.track('Signed Out');
    void this.analytics.reset();
  }
}

function describe({ id, name, category, price }: Product) {
  return { product_id: id, name, category, price, value: price, currency: CURRENCY };
}

function order(cart: Cart) {
  const products = cart.lines.map(({ product: { id, name, price }, quantity }) =>
    ({ product_id: id, name, price, quantity }));
  return { value: cart.total, currency: CURRENCY, products };
}
