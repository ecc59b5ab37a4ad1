export interface Product {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly notes: string;
  readonly price: number;
  /** Colours of the bag: body and label. */
  readonly colours: readonly [string, string];
}

export const CURRENCY = 'EUR';

export const PRODUCTS: readonly Product[] = [
  {
    id: 'kiln',
    name: 'Kiln No. 4',
    category: 'Espresso',
    notes: 'Cocoa, roasted almond, brown sugar',
    price: 14.5,
    colours: ['#3b2a24', '#e4b363'],
  },
  {
    id: 'harbour',
    name: 'Harbour Blend',
    category: 'Filter',
    notes: 'Milk chocolate, orange peel',
    price: 12.9,
    colours: ['#1f3a4d', '#e8e1d3'],
  },
  {
    id: 'meridian',
    name: 'Meridian',
    category: 'Single origin',
    notes: 'Ethiopia. Bergamot, peach, jasmine',
    price: 17.2,
    colours: ['#b5533c', '#f6dcc4'],
  },
  {
    id: 'fern',
    name: 'Fern & Moss',
    category: 'Single origin',
    notes: 'Rwanda. Red apple, black tea',
    price: 16.4,
    colours: ['#3f5a45', '#dfe5c8'],
  },
  {
    id: 'lantern',
    name: 'Lantern',
    category: 'Decaf',
    notes: 'Caramel, hazelnut. Mountain water process',
    price: 15.1,
    colours: ['#7a6a8f', '#f1e6f4'],
  },
  {
    id: 'sunday',
    name: 'Sunday Slow',
    category: 'Filter',
    notes: 'Honey, ripe plum, cinnamon',
    price: 13.6,
    colours: ['#c98b2b', '#fff3d6'],
  },
];

/** A drawing of a bag of coffee, so that the page loads no picture. */
export function bag({ name, category, colours: [body, label] }: Product): string {
  return `<svg viewBox="0 0 160 190" role="img" aria-label="${name}">
    <path d="M34 30 h92 l8 146 q0 6 -6 6 h-96 q-6 0 -6 -6 z" fill="${body}"/>
    <path d="M34 30 h92 l1 14 h-94 z" fill="#000" opacity=".22"/>
    <path d="M34 30 h14 l-6 152 h-10 q-6 0 -6 -6 z" fill="#fff" opacity=".08"/>
    <rect x="39" y="74" width="82" height="72" rx="3" fill="${label}"/>
    <ellipse cx="80" cy="98" rx="9" ry="12" fill="${body}" transform="rotate(24 80 98)"/>
    <path d="M76 88 q8 10 8 20" stroke="${label}" stroke-width="2" fill="none"/>
    <g text-anchor="middle" fill="${body}">
      <text x="80" y="126" font-size="8.8" font-weight="700">${name.replace('&', '&amp;')}</text>
      <text x="80" y="137" font-size="5.5" letter-spacing="1">${category.toUpperCase()}</text>
    </g>
    <rect x="56" y="22" width="48" height="9" rx="2" fill="#cfc6b8"/>
  </svg>`;
}
