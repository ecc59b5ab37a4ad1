/** A small coffee shop whose clicks go to the collector named in config.json. */
import { Cart } from './cart';
import { ConfigError, loadConfig } from './config';
import { bag, CURRENCY, Product, PRODUCTS } from './products';
import { RequestLog } from './request-log';
import { Tracker } from './tracker';

function element<T extends HTMLElement>(selector: string, within: ParentNode = document): T {
  return within.querySelector(selector) as T;
}
const money = new Intl.NumberFormat('en-IE', { style: 'currency', currency: CURRENCY });
const cart = new Cart();
let tracker: Tracker | undefined;

function warn(message: string) {
  const notice = element('#notice');
  notice.textContent = message;
  notice.hidden = false;
}

function say(message: string) {
  const toast = element('#toast');
  toast.textContent = message;
  toast.classList.add('shown');
  setTimeout(() => toast.classList.remove('shown'), 2500);
}

function addToCart(product: Product) {
  cart.add(product);
  tracker?.added(product);
  say(`${product.name} is in your cart`);
  showCart();
}

function productCard(product: Product): HTMLElement {
  const card = document.createElement('article');
  card.className = 'product';
  card.dataset.product = product.id;
  card.innerHTML = `<button class="picture" aria-label="Details of ${product.name}">${bag(product)}</button>
    <p class="category">${product.category}</p><h3>${product.name}</h3><p class="notes" hidden>${product.notes}</p>
    <footer><span class="price">${money.format(product.price)}</span><button class="add">Add to cart</button></footer>`;
  element('.picture', card).addEventListener('click', () => {
    const notes = element('.notes', card);
    notes.hidden = !notes.hidden;
    if (!notes.hidden) tracker?.viewed(product);
  });
  element('.add', card).addEventListener('click', () => addToCart(product));
  return card;
}

function showCart() {
  element('#cart-count').textContent = String(cart.count);
  element('#cart-total').textContent = money.format(cart.total);
  element<HTMLButtonElement>('#checkout').disabled = cart.count === 0;
  const list = element('#cart-lines');
  list.replaceChildren(...cart.lines.map(({ product, quantity }) => {
    const line = document.createElement('li');
    line.innerHTML = `<span>${quantity} × ${product.name}</span><span>${money.format(product.price * quantity)}</span>`
      + `<button aria-label="Remove one ${product.name}">−</button>`;
    element('button', line).addEventListener('click', () => {
      cart.remove(product);
      tracker?.removed(product);
      showCart();
    });
    return line;
  }));
  element('#cart-empty').hidden = cart.count > 0;
}

function buy() {
  tracker?.checkoutStarted(cart);
  const order = `A-${crypto.randomUUID().slice(0, 8).toUpperCase()}`;
  tracker?.ordered(cart, order);
  cart.empty();
  showCart();
  element<HTMLDialogElement>('#cart').close();
  say(`Thank you! Order ${order} is on its way`);
}

function connectAccount() {
  const button = element<HTMLButtonElement>('#account');
  const dialog = element<HTMLDialogElement>('#sign-in');
  button.addEventListener('click', () => {
    if (button.dataset.email === undefined) return dialog.showModal();
    delete button.dataset.email;
    button.textContent = 'Sign in';
    return tracker?.signedOut();
  });
  element('form', dialog).addEventListener('submit', () => {
    const email = element<HTMLInputElement>('input', dialog).value;
    button.dataset.email = email;
    button.textContent = `Sign out ${email.split('@')[0]}`;
    tracker?.signedIn(email);
  });
}

function connectPage() {
  element('.bags').innerHTML = PRODUCTS.slice(1, 4).map(bag).join('');
  element('#products').append(...PRODUCTS.map(productCard));
  element('#open-cart').addEventListener('click', () => element<HTMLDialogElement>('#cart').showModal());
  element('#checkout').addEventListener('click', buy);
  for (const dialog of document.querySelectorAll('dialog')) {
    element('.close', dialog).addEventListener('click', () => dialog.close());
  }
  connectAccount();
  showCart();
}

async function start() {
  connectPage();
  const config = await loadConfig();
  const unreachable = () =>
    warn(`The collector at ${config.collectorUrl} does not answer; load the page again when it is back.`);
  new RequestLog(element('#log'), unreachable).watch(config);
  element('#collector').textContent = config.collectorUrl;
  tracker = new Tracker(config);
  tracker.onFailure(unreachable);
}

start().catch((error: unknown) => {
  if (!(error instanceof ConfigError)) throw error;
  warn(error.message);
});
