// The cart's page: lines at today's prices, their quantities, and the way to one order of them all.

import { Problem } from './api.js';
import { readCart, replaceCart } from './carts.js';
import { h, picture, put } from './dom.js';
import { langOf, nameOf, price, t } from './i18n.js';
import { choiceOf, empty, inWords, load, skeleton, toast } from './parts.js';
import { announce, link } from './router.js';
import { miniScreen } from './mini.js';
import { amountsOf, orderSheet } from './ordering.js';

const MOST = 99;
const SETTLES_MS = 500;

export function cartScreen({ params: { mp }, signal }) {
  const box = h('div', { class: 'cart' });
  const foot = h('footer', { class: 'cart-foot', hidden: true });
  let cart = null;
  let wanted = null;
  let isSending = false;

  const ask = () => readCart(mp, signal);
  load(box, ask, shown, skeleton('row', 4));

  function shown(answer) {
    cart = answer;
    wanted = answer.lines;
    const isEmpty = !wanted.length;
    foot.hidden = isEmpty;
    if (isEmpty) return empty(t('cart_empty'), t('cart_empty_hint'), link(`/m/${mp}`, { class: 'quiet' }, t('to_store')));
    const buyable = wanted.filter((line) => !line.obstacle);
    put(foot, h('div', { class: 'cart-amounts' }, amountsOf(answer)),
      h('button', { type: 'button', class: 'primary', disabled: !buyable.length, onclick: () => orderSheet(mp, buyable, signal, { fromCart: true }) },
        t('check_out', buyable.reduce((sum, line) => sum + line.quantity, 0))));
    return h('ul', { class: 'rows' }, wanted.map(row));
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
      change(wanted.map((one) => (one.sku_id === line.sku_id ? { ...one, quantity } : one)));
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
    change(wanted.filter((one) => one.sku_id !== line.sku_id));
  }

  /** Sends the newest wish; those between are left out while a call is on its way. */
  async function change(lines) {
    wanted = lines;
    if (isSending) return;
    isSending = true;
    foot.setAttribute('aria-busy', 'true');
    try {
      let sent = null;
      let answer = cart;
      while (sent !== wanted) {
        sent = wanted;
        answer = await replaceCart(mp, answer, sent);
      }
      put(box, shown(answer));
    } catch (fault) {
      if (!(fault instanceof Problem)) throw fault;
      toast(fault.code === 'version_conflict' ? t('cart_elsewhere') : fault.code === 'invalid_content' ? t('cart_full') : inWords(fault));
      await load(box, ask, shown, skeleton('row', 4));
    } finally {
      isSending = false;
      foot.removeAttribute('aria-busy');
    }
  }

  return miniScreen(mp, t('cart'), box, { tab: 'cart', above: foot });
}
