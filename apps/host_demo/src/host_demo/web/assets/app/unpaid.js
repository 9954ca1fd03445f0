// The viewer's unpaid order in a mini program: how long it is kept, and the ways to pay or cancel it.

import { inside } from './api.js';
import { h, put } from './dom.js';
import { price, t } from './i18n.js';
import { confirmSheet, inWords, toast } from './parts.js';
import { go, link } from './router.js';
import { toCashier, unpaidOrder } from './ordering.js';

const A_SECOND = 1000;

/** A bar that appears when there is an unpaid order. It is asked for when the page has loaded, so that it delays nothing. */
export function unpaidBar(mp) {
  const bar = h('aside', { class: 'unpaid-bar', 'aria-label': t('unpaid_title'), hidden: true });
  const left = h('b', { class: 'countdown' });
  let order = null;
  let ticking = 0;

  async function look() {
    order = await unpaidOrder(mp, undefined, ['awaiting_payment']).catch(() => null);
    if (order) put(bar, content());
    tick();
    clearInterval(ticking);
    if (order) ticking = setInterval(tick, A_SECOND);
  }

  function content() {
    const pay = h('button', { type: 'button', class: 'pill', onclick: () => toCashier(order, pay) || go(`/m/${mp}/orders/${order.order_id}`) }, t('pay_now'));
    const cancel = h('button', { type: 'button', class: 'plain', onclick: () => confirmSheet(t('cancel_order'), t('cancel_hint'), t('cancel_order'), cancelled) }, t('cancel'));
    return [link(`/m/${mp}/orders/${order.order_id}`, { class: 'unpaid-words' }, h('span', {}, `${t('to_pay')} ${price(order.total)}`), left), cancel, pay];
  }

  function tick() {
    const seconds = order ? Math.floor((new Date(order.expires_at) - Date.now()) / A_SECOND) : 0;
    bar.hidden = seconds <= 0;
    left.textContent = t('time_left', `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
    if (seconds <= 0 || !bar.isConnected) clearInterval(ticking);
  }

  async function cancelled() {
    try {
      await inside(mp, 'POST', `/orders/${encodeURIComponent(order.order_id)}/cancellation`);
      await look();
      return true;
    } catch (fault) {
      toast(inWords(fault));
      return false;
    }
  }

  if (document.readyState === 'complete') look();
  else addEventListener('load', look, { once: true });
  return bar;
}
