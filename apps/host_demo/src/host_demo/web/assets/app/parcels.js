// What was sent in which parcel, where each is followed, and what is still to come.

import { h } from './dom.js';
import { LANG, dateTime, langOf, nameOf, said, t, times } from './i18n.js';

/** The parcels of an order, each with its lines unless there is one for all; null while nothing was sent. */
export function parcelsOf(order) {
  if (!order.shipments.length) return null;
  const toCome = leftToSend(order);
  const several = order.shipments.length > 1 || toCome.length > 0;
  return h('div', { class: 'card' }, h('h3', {}, t('parcels')),
    order.shipments.map((parcel, at) => h('div', { class: 'parcel', 'data-shipment': parcel.shipment_id },
      several ? h('p', { class: 'line-between' }, h('b', {}, t('parcel_number', at + 1)), h('time', { class: 'faint' }, dateTime(parcel.shipped_at))) : null,
      h('p', {}, `${said(parcel, 'carrier')} ${parcel.tracking_number}`),
      several ? linesOf(order, parcel.lines) : null,
      h('a', { href: parcel.tracking_url ?? anyCarriersPage(parcel), target: '_blank', rel: 'noreferrer' }, t('track_parcel')))),
    toCome.length ? h('div', { class: 'parcel', 'data-to-come': true }, h('b', {}, t('to_come')), linesOf(order, toCome)) : null);
}

function linesOf(order, lines) {
  return h('ul', {}, lines.map(({ sku_id: sku, quantity }) => {
    const name = nameOf(order.lines.find((line) => line.sku_id === sku));
    return h('li', { class: 'faint', lang: langOf(name) }, times(name, quantity));
  }));
}

function leftToSend(order) {
  const sent = (sku) => order.shipments.flatMap(({ lines }) => lines).filter((line) => line.sku_id === sku).reduce((sum, line) => sum + line.quantity, 0);
  return order.lines.map(({ sku_id: sku, quantity }) => ({ sku_id: sku, quantity: quantity - sent(sku) })).filter(({ quantity }) => quantity > 0);
}

/** A public page that follows a parcel of any carrier by its number. */
function anyCarriersPage({ tracking_number: number }) {
  return `https://t.17track.net/${LANG === 'zh' ? 'zh-cn' : 'en'}#nums=${encodeURIComponent(number)}`;
}
