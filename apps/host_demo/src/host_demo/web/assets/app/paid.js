// Back from the cashier: what became of the payment, live.

import { HOST, inside, watchOrder } from './api.js';
import { h, icon, put } from './dom.js';
import { nameOf, price, t, timeOfDay } from './i18n.js';
import { empty, failure, skeleton } from './parts.js';
import { announce, link } from './router.js';
import { miniScreen, programOf } from './mini.js';
import { toCashier } from './ordering.js';

const SURE_AFTER = 6000;
const PAID = ['paid', 'shipped', 'completed', 'refunded'];
const ENDED = ['cancelled', 'rejected', 'closing'];

export function paidScreen({ params: { mp }, signal }) {
  const box = h('div', { class: 'result' }, skeleton('line', 3));
  find(mp, signal).then((orderId) => {
    if (!orderId) return put(box, empty(t('no_orders'), t('no_orders_hint')));
    let late = false;
    let latest = null;
    const show = () => put(box, resultOf(mp, latest, late));
    const timer = setTimeout(() => { late = true; if (latest) show(); }, SURE_AFTER);
    signal.addEventListener('abort', () => clearTimeout(timer));
    return watchOrder(mp, orderId, (order) => {
      if (PAID.includes(order.status) && latest?.status !== order.status) announce(t('paid_title'));
      latest = order;
      show();
    }, signal);
  }).catch((fault) => { if (fault.name !== 'AbortError') put(box, failure(fault)); });
  return miniScreen(mp, t('payment_result'), box, { tab: 'orders', unpaid: false });
}

/** The order whose cashier was opened here, else the newest. */
async function find(mp, signal) {
  const known = sessionStorage.getItem(`paying:${HOST}:${mp}`);
  if (known) return known;
  const { items } = await inside(mp, 'GET', '/orders?limit=1', { signal });
  return items[0]?.order_id;
}

function resultOf(mp, order, late) {
  const paid = PAID.includes(order.status);
  const ended = ENDED.includes(order.status);
  const unpaid = !paid && !ended && late;
  const name = h('span', {}, '');
  programOf(mp).then((program) => { name.textContent = t('paid_hint', nameOf(program)); }, () => {});
  const pay = h('button', { type: 'button', class: 'primary', onclick: () => toCashier(order, pay) }, t('pay_with'));
  return h('div', { class: `state result-${paid ? 'good' : ended ? 'ended' : 'open'}`, 'data-status': order.status },
    h('div', { class: 'sign', 'aria-hidden': 'true' }, paid ? icon('check') : ended ? icon('close') : unpaid ? '¥' : h('i', { class: 'spinner' })),
    h('p', { class: 'state-title' }, paid ? t('paid_title') : ended ? t(`status_${order.status}`) : unpaid ? t('unpaid_title') : t('waiting_title')),
    h('p', { class: 'price big' }, price(order.total)),
    h('p', {}, paid ? name : ended ? '' : unpaid ? t('unpaid_hint', timeOfDay(order.expires_at)) : t('waiting_hint')),
    h('div', { class: 'stack' },
      unpaid && order.payment?.cashier_url ? pay : null,
      link(`/m/${mp}/orders/${order.order_id}`, { class: paid ? 'primary' : 'quiet' }, t('see_order')),
      link(`/m/${mp}`, { class: 'quiet' }, t('go_on'))));
}
