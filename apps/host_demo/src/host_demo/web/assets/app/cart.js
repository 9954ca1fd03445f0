// The cart's page: lines at today's prices, their quantities, and the way to one order of them all.

import { Problem } from './api.js';
import { readCart, replaceCart } from './carts.js';
import { couponField } from './coupons.js';
import { h, picture, put } from './dom.js';
import { langOf, nameOf, price, t } from './i18n.js';
import { choiceOf, empty, inWords, load, oneAtATime, skeleton, toast } from './parts.js';
import { announce, link } from './router.js';
import { miniScreen } from './mini.js';
import { amountsOf, orderSheet } from './ordering.js';

const MOST = 99;
const SETTLES_MS = 500;

export function cartScreen({ params: { mp }, signal }) {
  const box = h('div', { class: 'cart' });
  const amounts = h('div', { class: 'cart-amounts' });
  const pay = h('button', { type: 'button', class: 'primary', onclick: oneAtATime(checkOut) });
  const foot = h('footer', { class: 'cart-foot', hidden: true }, amounts, pay);
  const coupon = couponField(() => change({ coupon_code: coupon.code() }));
  const couponCard = h('div', { class: 'card', hidden: true }, coupon.element);
  let cart = null;
  let wanted = null;
  let sending = null;

  const ask = () => readCart(mp, signal);
  load(box, ask, shown, skeleton('row', 4));

  function shown(answer) {
    cart = answer;
    wanted = answer;
    const isEmpty = !answer.lines.length;
    foot.hidden = isEmpty;
    couponCard.hidden = isEmpty;
    if (isEmpty) return empty(t('cart_empty'), t('cart_empty_hint'), link(`/m/${mp}`, { class: 'quiet' }, t('to_store')));
    coupon.show(answer);
    const pieces = buyable().reduce((sum, line) => sum + line.quantity, 0);
    put(amounts, amountsOf(answer));
    pay.textContent = t('check_out', pieces);
    pay.disabled = !pieces;
    return h('ul', { class: 'rows' }, answer.lines.map(row));
  }

  function buyable() {
    return cart.lines.filter((line) => !line.obstacle);
  }

  /** The order is of what the cart holds once the last tap has reached it. */
  async function checkOut() {
    await sending;
    if (buyable().length) orderSheet(mp, buyable(), signal, { fromCart: true, couponCode: cart.coupon_code });
  }

  function row(line) {
    const most = Math.min(line.available ?? MOST, MOST);
    const number = h('output', { class: 'quantity' }, String(line.quantity));
    const less = h('button', { type: 'button', 'aria-label': t('less'), disabled: line.quantity <= 1, onclick: () => step(-1) }, '−');
    const more = h('button', { type: 'button', 'aria-label': t('add_one'), disabled: line.quantity >= most, onclick: () => step(1) }, '+');
    const words = h('span', { class: 'program-words' },
      h('b', { lang: langOf(nameOf(line)) }, nameOf(line)), choiceOf(line),
      line.unit_price ? h('span', { class: 'price' }, price(line.unit_price)) : null,
      line.obstacle ? h('span', { class: 'obstacle' }, t(`cart_${line.obstacle}`, line.available ?? 0)) : null);
    let quantity = line.quantity;

    function step(by) {
      quantity = Math.max(1, Math.min(quantity + by, Math.max(most, 1)));
      number.textContent = String(quantity);
      less.disabled = quantity <= 1;
      more.disabled = quantity >= most;
      change({ lines: wanted.lines.map((one) => (one.sku_id === line.sku_id ? { ...one, quantity } : one)) });
    }

    return h('li', { class: line.obstacle ? 'cart-row gone' : 'cart-row', 'data-sku': line.sku_id },
      line.product_id ? link(`/m/${mp}/p/${line.product_id}`, { class: 'cart-product' }, picture(line.image_url, '', { width: 76, height: 76 }), words)
        : h('span', { class: 'cart-product' }, picture('', '', { width: 76, height: 76 }), words),
      h('span', { class: 'line-between' },
        h('button', { type: 'button', class: 'plain', 'aria-label': t('remove_this', nameOf(line)), onclick: () => remove(line) }, t('remove')),
        line.obstacle && line.obstacle !== 'not_enough_stock' ? null
          : h('span', { class: 'stepper', role: 'group', 'aria-label': t('quantity') }, less, number, more)));
  }

  /** The rows below move up: a second tap would hit the next one's button. */
  function remove(line) {
    box.classList.add('settling');
    setTimeout(() => box.classList.remove('settling'), SETTLES_MS);
    announce(t('removed'));
    change({ lines: wanted.lines.filter((one) => one.sku_id !== line.sku_id) });
  }

  function change(wish) {
    wanted = { ...wanted, ...wish };
    sending ??= send().finally(() => { sending = null; });
  }

  /** Sends the newest wish; those between are left out while a call is on its way. When the page is left, there is no time to wait
   *  for the version that this call makes, and the newest wish is sent as it is. */
  async function send() {
    let sent = null;
    const leave = () => { if (sent !== wanted) replaceCart(mp, null, wanted).catch(() => {}); };
    addEventListener('pagehide', leave);
    foot.setAttribute('aria-busy', 'true');
    try {
      while (sent !== wanted) {
        sent = wanted;
        cart = await replaceCart(mp, cart.version, sent);
      }
      put(box, shown(cart));
    } catch (fault) {
      if (!(fault instanceof Problem)) throw fault;
      toast(whyNot(fault));
      await load(box, ask, shown, skeleton('row', 4));
    } finally {
      foot.removeAttribute('aria-busy');
      removeEventListener('pagehide', leave);
    }
  }

  return miniScreen(mp, t('cart'), [box, couponCard], { tab: 'cart', above: foot });
}

function whyNot(fault) {
  if (fault.code === 'version_conflict') return t('cart_elsewhere');
  if (fault.code !== 'invalid_content') return inWords(fault);
  return fault.errors.some(({ field }) => field === 'coupon_code') ? t('unknown_coupon') : t('cart_full');
}
