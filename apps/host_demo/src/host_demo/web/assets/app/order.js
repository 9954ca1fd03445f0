// One order, live: its state comes as server-sent events.

import { Problem, inside, keysByBody, watchOrder } from './api.js';
import { h, put } from './dom.js';
import { dateTime, langOf, nameOf, price, t, tOr, timeOfDay, times } from './i18n.js';
import { choiceOf, confirmSheet, inWords, load, oneAtATime, sheet, skeleton, toast } from './parts.js';
import { announce, link } from './router.js';
import { addressLine } from './addresses.js';
import { miniScreen } from './mini.js';
import { amountsOf, toCashier } from './ordering.js';
import { linePicture, statusOf } from './orders.js';
import { reviewsOfOrder } from './reviews.js';
import { parcelsOf } from './parcels.js';

const STEPS = ['placed', 'awaiting_payment', 'paid', 'shipped', 'completed'];
const CANCELLABLE = ['placed', 'confirmed', 'awaiting_payment'];
const REFUNDABLE = ['paid', 'shipped', 'completed'];
const RUNNING = ['requested', 'approved', 'processing'];

export function orderScreen({ params: { mp, order: id }, signal }) {
  const box = h('div', { class: 'order' });
  const live = h('p', { class: 'live', hidden: true });
  const path = `/orders/${encodeURIComponent(id)}`;
  let shown = null;
  const show = (order) => {
    if (shown && shown !== order.status) announce(statusOf(order));
    if (!shown) watch();
    shown = order.status;
    return pageOf(mp, order, act, signal);
  };

  async function act(call, { method = 'POST', body, headers } = {}) {
    try {
      const answer = await inside(mp, method, `${path}/${call}`, { body, headers, signal });
      if (answer.order_id) put(box, show(answer));
      return true;
    } catch (fault) {
      if (fault.name === 'AbortError') return false;
      if (!(fault instanceof Problem)) throw fault;
      toast(inWords(fault));
      announce(inWords(fault));
      return false;
    }
  }

  load(box, () => inside(mp, 'GET', path, { signal }), show, skeleton('row', 4));

  function watch() {
    if (signal.aborted) return;
    watchOrder(mp, id, (order) => put(box, show(order)), signal, (isLive) => {
      live.hidden = false;
      live.textContent = t(isLive ? 'live' : 'not_live');
      live.classList.toggle('on', isLive);
    });
  }

  return miniScreen(mp, t('order'), [live, box], { otherwise: `/m/${mp}/orders`, tab: 'orders', unpaid: false });
}

function pageOf(mp, order, act, signal) {
  return [
    h('div', { class: 'card status-card', 'data-status': order.status },
      h('h2', { class: `status-${order.status}` }, statusOf(order)),
      order.reason ? h('p', {}, tOr(order.reason, order.reason)) : null,
      order.status === 'confirmed' ? h('p', {}, t('confirmed_hint')) : null,
      order.status === 'awaiting_payment' ? h('p', {}, t('unpaid_hint', timeOfDay(order.expires_at))) : null,
      order.status === 'closing' ? h('p', { class: 'faint' }, t('closing_hint', timeOfDay(order.expires_at)), order.coupon_code ? ` ${t('coupon_comes_back')}` : null) : null,
      steps(order),
      actions(order, act)),
    h('div', { class: 'card' },
      order.lines.map((line) => link(`/m/${mp}/p/${line.product_id}`, { class: 'order-item' },
        linePicture(line),
        h('span', { class: 'program-words' }, h('b', { lang: langOf(nameOf(line)) }, nameOf(line)),
          choiceOf(line)),
        h('span', { class: 'right' }, price(line.unit_price), h('span', { class: 'faint' }, `× ${line.quantity}`)))),
      amountsOf(order)),
    order.refunds.length ? h('div', { class: 'card' }, h('h3', {}, t('refunds')),
      order.refunds.map((refund) => h('div', { 'data-refund': refund.status },
        h('p', { class: 'line-between' }, h('span', {}, refund.reason), h('span', {}, `${price(refund.amount)} · ${t(`refund_${refund.status}`)}`)),
        sellerSays(refund.rejection_reason || refund.approval_reason)))) : null,
    parcelsOf(order),
    order.status === 'completed' ? reviewsOfOrder(mp, order, signal) : null,
    h('div', { class: 'card' }, facts(order)),
  ];
}

function sellerSays(reason) {
  return reason ? h('p', { class: 'faint' }, t('seller_says', reason)) : null;
}

function facts(order) {
  const rows = [
    [t('order_number'), order.order_id],
    [t('placed_at'), dateTime(order.placed_at)],
    order.payment?.trade_no ? [t('trade_number'), order.payment.trade_no] : null,
    [t('came_by'), t(`surface_${order.attribution.surface}`)],
    order.address ? [t('address'), addressLine(order.address)] : null,
  ].filter(Boolean);
  return h('dl', { class: 'facts' }, rows.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

function steps(order) {
  const been = new Map(order.history.map((entry) => [entry.status, entry.at]));
  const path = ['closing', 'rejected', 'cancelled', 'refunded'].includes(order.status) ? order.history.map((entry) => entry.status).filter((status) => status !== 'closing' || order.status === 'closing') : STEPS;
  return h('ol', { class: 'steps', 'aria-label': t('progress') }, path.map((status) => h('li', { class: been.has(status) ? 'done' : null },
    h('span', {}, t(`step_${status}`)), h('time', {}, been.has(status) ? timeOfDay(been.get(status)) : ''))));
}

function actions(order, act) {
  const left = order.total.amount - order.refunded_total.amount
    - order.refunds.filter((refund) => RUNNING.includes(refund.status)).reduce((sum, refund) => sum + refund.amount.amount, 0);
  const button = (words, run, kind = 'quiet') => h('button', { type: 'button', class: kind, onclick: run }, words);
  const shown = [
    order.status === 'awaiting_payment' && order.payment?.cashier_url ? button(t('pay_with'), ({ currentTarget }) => toCashier(order, currentTarget), 'primary') : null,
    order.status === 'shipped' ? button(t('confirm_receipt'), () => confirmSheet(t('confirm_receipt'), t('receipt_hint'), t('confirm_receipt'), () => act('receipt')), 'primary') : null,
    REFUNDABLE.includes(order.status) && left > 0 ? button(t('ask_refund'), () => refundSheet(order, left, act)) : null,
    ...order.refunds.filter((refund) => refund.status === 'requested').map((refund) => button(t('withdraw_refund', price(refund.amount)),
      () => confirmSheet(t('withdraw_refund', price(refund.amount)), t('withdraw_hint'), t('withdraw_refund', price(refund.amount)), () => act(`refunds/${encodeURIComponent(refund.refund_id)}`, { method: 'DELETE' })))),
    CANCELLABLE.includes(order.status) ? button(t('cancel_order'), () => confirmSheet(t('cancel_order'), t('cancel_hint'), t('cancel_order'), () => act('cancellation'))) : null,
  ].filter(Boolean);
  return shown.length ? h('div', { class: 'actions' }, shown) : null;
}

/** Asks for what is to come back: one line at what was paid for it, all that is left, or another amount. */
function refundSheet(order, left, act) {
  const yuan = (fen) => (fen / 100).toFixed(2);
  const amount = h('input', { type: 'number', name: 'amount', min: '0.01', max: yuan(left), step: '0.01', value: yuan(left), required: true, inputmode: 'decimal' });
  const reason = h('input', { type: 'text', name: 'reason', value: t('refund_reason_value'), maxlength: '100', required: true });
  const send = h('button', { class: 'primary wide' }, t('refund_send'));
  const keyOf = keysByBody();
  const part = (words, fen, checked) => h('label', { class: 'address-option' },
    h('input', { type: 'radio', name: 'part', checked, onchange: () => { amount.value = yuan(fen); } }),
    h('span', { class: 'line-between' }, words, h('span', { class: 'price' }, price({ ...order.total, amount: fen }))));
  const lines = order.lines.map((line) => ({ line, paid: line.line_total.amount - line.discount.amount })).filter(({ paid }) => paid > 0 && paid <= left);
  const parts = order.lines.length > 1 ? h('fieldset', { class: 'refund-parts' }, h('legend', {}, t('refund_what')),
    part(h('span', {}, t('refund_all')), left, true),
    lines.map(({ line, paid }) => part(h('span', { lang: langOf(nameOf(line)) }, times(nameOf(line), line.quantity)), paid, false))) : null;
  const dialog = sheet(t('ask_refund'), h('form', { onsubmit: oneAtATime(async () => {
    const wanted = { amount: Math.round(Number(amount.value) * 100), currency: order.total.currency };
    const body = { amount: wanted, reason: reason.value.trim() };
    if (await act('refunds', { body, headers: keyOf(body) })) dialog.close();
  }) },
  parts,
  h('label', { class: 'field' }, h('span', {}, t('refund_amount')), amount),
  h('p', { class: 'faint' }, t('refund_at_most', price({ ...order.total, amount: left }))),
  h('label', { class: 'field' }, h('span', {}, t('refund_reason')), reason), send));
}
