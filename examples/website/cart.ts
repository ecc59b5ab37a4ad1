import { Product } from './products';

export interface CartLine { readonly product: Product; readonly quantity: number }

export class Cart {
  private readonly quantities = new Map<Product, number>();

  add(product: Product) {
    this.quantities.set(product, (this.quantities.get(product) ?? 0) + 1);
  }

  remove(product: Product) {
    const left = (this.quantities.get(product) ?? 0) - 1;
    if (left > 0) this.quantities.set(product, left);
    else this.quantities.delete(product);
  }

  empty() {
    this.quantities.clear();
  }

  get lines(): readonly CartLine[] {
    return [...this.quantities].map(([product, quantity]) => ({ product, quantity }));
  }

  get count(): number {
    return this.lines.reduce((total, { quantity }) => total + quantity, 0);
  }

  get total(): number {
    const total = this.lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0);
    return Math.round(total * 100) / 100;
  }
}
