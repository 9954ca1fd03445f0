// How a list of products is sorted and filtered. It stands in the address, so that it can be opened again and shared.

import { h } from './dom.js';
import { t } from './i18n.js';

const PRICE = ['price_asc', 'price_desc'];
const NAMES = ['category', 'sort', 'in_stock'];

/** What the address asks for: the parameters of the platform's own lists. */
export function wantedHere() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(NAMES.filter((name) => query.get(name)).map((name) => [name, query.get(name)]));
}

/** Puts these into the address, in place of what it asked for; null takes one out. */
export function want(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) value ? query.set(name, value) : query.delete(name);
  history.replaceState(history.state, '', query.size ? `${location.pathname}?${query}` : location.pathname);
}

/** A bar to sort by `sorts`, the first of which is the usual one, by price both ways, and to show only what is in stock.
 *  `changed` hears after each choice. */
export function sortBar(sorts, changed) {
  const bar = h('div', { class: 'sort-bar', role: 'group', 'aria-label': t('sort') });
  const choose = (changes) => { want(changes); show(); changed(); };
  const button = (words, pressed, sort, props = {}) =>
    h('button', { type: 'button', class: 'sort', 'aria-pressed': String(pressed), onclick: () => choose({ sort }), ...props }, words);
  function show() {
    const focused = [...bar.children].indexOf(document.activeElement);
    const { sort, in_stock: inStock } = wantedHere();
    const at = PRICE.indexOf(sort);
    const next = PRICE[at === 0 ? 1 : 0];
    bar.replaceChildren(
      ...sorts.map((one, place) => button(t(`sort_${one}`), place ? sort === one : !sort, place ? one : null)),
      button([t('sort_price'), h('i', { class: 'arrows', 'data-at': at < 0 ? null : PRICE[at], 'aria-hidden': 'true' })], at >= 0, next,
        { 'aria-label': t(at < 0 ? 'sort_price' : `sort_${sort}`) }),
      h('label', { class: 'sort-stock' }, h('input', { type: 'checkbox', checked: inStock === 'true', onchange: (event) => choose({ in_stock: event.target.checked ? 'true' : null }) }), t('only_in_stock')));
    bar.children[focused]?.focus();
  }
  show();
  return bar;
}
