// The viewer's cart in each mini program: the calls, its badge, and what puts products into it.

import { Problem, inside } from './api.js';
import { h, icon, put } from './dom.js';
import { t } from './i18n.js';
import { inWords, oneAtATime, toast } from './parts.js';
import { link } from './router.js';

const MOST = 99;
const TRIES = 3;
const SETTLES_MS = 500;
const carts = new Map();
const asked = new Set();

/** The cart at today's prices. */
export function readCart(mp, signal) {
  asked.add(mp);
  return inside(mp, 'GET', '/cart', { signal }).then((cart) => counted(mp, cart), (fault) => {
    asked.delete(mp);
    throw fault;
  });
}

/** Replaces what is in the cart, if it still is the `version`; without one, whatever is in it. Leaving the page does not stop it. */
export function replaceCart(mp, version, { lines, coupon_code }) {
  const body = { lines: lines.map(({ sku_id, quantity }) => ({ sku_id, quantity })), coupon_code };
  const headers = version === null ? {} : { 'If-Match': `"${version}"` };
  return inside(mp, 'PUT', '/cart', { body, headers }).then((after) => counted(mp, after));
}

function counted(mp, cart) {
  carts.set(mp, cart);
  for (const mark of document.querySelectorAll(`.cart-count[data-mini-program="${CSS.escape(mp)}"]`)) show(mark, mp);
  return cart;
}

function show(mark, mp) {
  const pieces = (carts.get(mp)?.lines ?? []).reduce((sum, line) => sum + line.quantity, 0);
  mark.hidden = !pieces;
  put(mark, h('span', { 'aria-hidden': 'true' }, pieces > MOST ? `${MOST}+` : String(pieces)), h('span', { class: 'unseen' }, t('pieces', pieces)));
}

/** How many pieces are in the cart. It is asked for when the page has loaded, so that it delays nothing. */
export function cartCount(mp) {
  const mark = h('b', { class: 'cart-count', 'data-mini-program': mp });
  show(mark, mp);
  const ask = () => { if (!asked.has(mp)) readCart(mp).catch(() => {}); };
  if (document.readyState === 'complete') ask();
  else addEventListener('load', ask, { once: true });
  return mark;
}

/** Forget the cart: an order took lines out of it. */
export function cartChanged(mp) {
  carts.delete(mp);
  asked.delete(mp);
}

/** Puts one piece into the cart, next to whatever another page or device puts there at the same time. It is sent at once if the
 *  cart has been read before: a reload right after the tap loses nothing. */
export async function addToCart(mp, sku) {
  try {
    let cart = carts.get(mp) ?? await readCart(mp);
    for (let tries = TRIES; ; tries -= 1) {
      const before = cart;
      const there = before.lines.find((line) => line.sku_id === sku.sku_id);
      const lines = there
        ? before.lines.map((line) => (line === there ? { ...line, quantity: line.quantity + 1 } : line))
        : [{ sku_id: sku.sku_id, quantity: 1 }, ...before.lines];
      try {
        await replaceCart(mp, before.version, { ...before, lines });
        break;
      } catch (fault) {
        if (fault.code !== 'version_conflict' || tries === 1) throw fault;
        cart = await readCart(mp);
      }
    }
    toast(t('added_to_cart'));
  } catch (fault) {
    if (!(fault instanceof Problem)) throw fault;
    toast(fault.code === 'invalid_content' ? t('cart_full') : inWords(fault));
  }
}

/** The way to the cart in a product's bar. */
export function cartSign(mp) {
  return link(`/m/${mp}/cart`, { class: 'bar-sign' }, icon('cart'), h('span', {}, t('cart')), cartCount(mp));
}

/** A button that puts this SKU into the cart, once for two quick taps. */
export function addButton(mp, sku) {
  return h('button', { type: 'button', class: 'quiet add', disabled: sku.available < 1, onclick: oneAtATime(async () => {
    await addToCart(mp, sku);
    await new Promise((settled) => setTimeout(settled, SETTLES_MS));
  }) }, t('add_to_cart'));
}
