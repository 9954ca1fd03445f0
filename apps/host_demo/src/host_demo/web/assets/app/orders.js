// The viewer's orders in this mini program, and in no other.

import { inside } from './api.js';
import { h } from './dom.js';
import { dateTime, langOf, nameOf, price, t } from './i18n.js';
import { empty, load, pages, skeleton } from './parts.js';
import { link } from './router.js';
import { inReadersWords, linePicture, miniScreen, programOf } from './mini.js';

const REFUNDS = 'refunds';
const FILTERS = [['', 'all'], ['awaiting_payment', 'to_pay'], ['paid', 'to_ship'], ['shipped', 'to_receive'], ['completed', 'done'], [REFUNDS, 'refunds']];

export function ordersScreen({ params: { mp }, query, signal }) {
  const status = query.get('status') ?? '';
  const box = h('div', {});
  const lead = h('p', { class: 'lead' }, ' ');
  programOf(mp).then((program) => { lead.textContent = t('only_here', nameOf(program)); }, () => {});
  async function page(cursor) {
    const found = await (status === REFUNDS ? pageOfRefunds(cursor) : pageOfAll(status, cursor));
    const items = found.items.map(async (order) => ({ ...order, lines: await inReadersWords(mp, order.lines) }));
    return { ...found, items: await Promise.all(items) };
  }
  function pageOfAll(wanted, cursor) {
    const query = new URLSearchParams({ ...(wanted ? { status: wanted } : {}), ...(cursor ? { cursor } : {}) });
    return inside(mp, 'GET', `/orders?${query}`, { signal });
  }

  /** The platform filters by status only, so this reads on until a page has an order with a refund. */
  async function pageOfRefunds(cursor) {
    const found = await pageOfAll('', cursor);
    const items = found.items.filter((order) => order.refunds.length);
    return items.length || !found.next_cursor ? { ...found, items } : pageOfRefunds(found.next_cursor);
  }

  load(box, () => page(), (first) => first.items.length
    ? pages(first, page, h('ul', { class: 'rows orders' }), (order) => h('li', {}, orderRow(order)))
    : empty(t('no_orders'), t('no_orders_hint')), skeleton('row', 4));
  return miniScreen(mp, t('my_orders'), [
    h('nav', { class: 'shelves', 'aria-label': t('my_orders') }, FILTERS.map(([value, name]) =>
      link(`/m/${mp}/orders${value ? `?status=${value}` : ''}`, { class: 'shelf', 'aria-current': value === status ? 'page' : null }, t(name)))),
    lead, box], { tab: 'orders' });
}

/** What an order's state is called; a running refund is told first. */
export function statusOf(order) {
  const running = order.refunds.some((refund) => ['requested', 'approved', 'processing'].includes(refund.status));
  return running ? t('refunding') : t(`status_${order.status}`);
}

function orderRow(order) {
  return link(`/m/${order.mini_program_id}/orders/${order.order_id}`, { class: 'order-row', 'data-status': order.status },
    h('span', { class: 'line-between' }, h('span', { class: 'faint' }, dateTime(order.placed_at)), h('span', { class: `status status-${order.status}` }, statusOf(order))),
    order.lines.map((line) => h('span', { class: 'line-between' }, linePicture(order.mini_program_id, line), h('span', { class: 'line-title', lang: langOf(line.title) }, `${line.title} × ${line.quantity}`))),
    h('span', { class: 'line-between' }, h('span', {}), h('b', { class: 'price' }, price(order.total))));
}
