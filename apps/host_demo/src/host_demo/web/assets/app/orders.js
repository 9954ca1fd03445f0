// The viewer's orders in this mini program, and in no other.

import { inside } from './api.js';
import { h, picture } from './dom.js';
import { dateTime, langOf, nameOf, price, t, times } from './i18n.js';
import { empty, load, pages, skeleton } from './parts.js';
import { link } from './router.js';
import { miniScreen, programOf } from './mini.js';

const FILTERS = [['', 'all'], ['status=awaiting_payment', 'to_pay'], ['status=paid', 'to_ship'], ['status=shipped', 'to_receive'], ['status=completed', 'done'], ['refund=any', 'refunds']];

export function ordersScreen({ params: { mp }, query, signal }) {
  const filter = FILTERS.find(([one]) => one === query.toString())?.[0] ?? '';
  const box = h('div', {});
  const lead = h('p', { class: 'lead' }, ' ');
  programOf(mp).then((program) => { lead.textContent = t('only_here', nameOf(program)); }, () => {});
  const page = (cursor) => inside(mp, 'GET', `/orders?${new URLSearchParams([...new URLSearchParams(filter), ...(cursor ? [['cursor', cursor]] : [])])}`, { signal });

  load(box, () => page(), (first) => first.items.length
    ? pages(first, page, h('ul', { class: 'rows orders' }), (order) => h('li', {}, orderRow(order)))
    : empty(t('no_orders'), t('no_orders_hint')), skeleton('row', 4));
  return miniScreen(mp, t('my_orders'), [
    h('nav', { class: 'shelves', 'aria-label': t('my_orders') }, FILTERS.map(([one, name]) =>
      link(`/m/${mp}/orders${one && `?${one}`}`, { class: 'shelf', 'aria-current': one === filter ? 'page' : null }, t(name)))),
    lead, box], { tab: 'orders' });
}

/** What an order's state is called; a running refund is told first. */
export function statusOf(order) {
  const running = order.refunds.some((refund) => ['requested', 'approved', 'processing'].includes(refund.status));
  return running ? t('refunding') : t(`status_${order.status}`);
}

/** The picture of an order's line: the product's on the day it was bought. */
export function linePicture(line) {
  return picture(line.image_url, '', { class: 'line-picture', width: 56, height: 56, loading: 'lazy' });
}

function orderRow(order) {
  return link(`/m/${order.mini_program_id}/orders/${order.order_id}`, { class: 'order-row', 'data-status': order.status },
    h('span', { class: 'line-between' }, h('span', { class: 'faint' }, dateTime(order.placed_at)), h('span', { class: `status status-${order.status}` }, statusOf(order))),
    order.lines.map((line) => h('span', { class: 'line-between' }, linePicture(line), h('span', { class: 'line-title', lang: langOf(nameOf(line)) }, times(nameOf(line), line.quantity)))),
    h('span', { class: 'line-between' }, h('span', {}), h('b', { class: 'price' }, price(order.total))));
}
