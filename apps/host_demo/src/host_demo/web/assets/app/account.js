// The viewer's personal account in one mini program.

import { inside, keysByBody } from './api.js';
import { h, picture, put } from './dom.js';
import { langOf, nameOf, price, t } from './i18n.js';
import { confirmSheet, degradedNote, empty, inWords, load, oneAtATime, sheet, skeleton, toast } from './parts.js';
import { link } from './router.js';
import { addressFields, addressLine, readAddress } from './addresses.js';
import { keepDraft } from './drafts.js';
import { miniScreen } from './mini.js';

const COUNTS = [['awaiting_payment', 'to_pay'], ['paid', 'to_ship'], ['shipped', 'to_receive'], ['completed', 'done']];

export function miniAccountScreen({ params: { mp }, signal }) {
  const box = h('div', {});
  load(box, () => inside(mp, 'GET', '/account', { signal }), show, skeleton('row', 4));

  function show(account) {
    const addresses = h('div', {});
    putAddresses(addresses, account.addresses);
    return [
      degradedNote(account.degraded),
      h('div', { class: 'card' }, h('h2', {}, t('my_orders')), h('div', { class: 'counts' }, COUNTS.map(([status, name]) =>
        link(`/m/${mp}/orders?status=${status}`, { class: 'count' }, h('b', {}, String(account.orders[status])), h('span', {}, t(name))))),
      account.orders.refunding ? link(`/m/${mp}/orders?refund=any`, { class: 'plain' }, `${t('refunding')} · ${account.orders.refunding}`) : null),
      h('div', { class: 'card' }, h('h2', {}, t('address')), addresses),
      account.recently_viewed ? h('div', { class: 'card' }, h('h2', {}, t('recent')),
        account.recently_viewed.length ? h('div', { class: 'recents' }, account.recently_viewed.map(recent)) : empty(t('no_recent'), null)) : null,
      h('details', { class: 'card who' }, h('summary', {}, t('privacy')), h('p', { class: 'faint' }, t('openid_hint')), h('p', { class: 'openid' }, account.openid)),
    ];
  }

  function recent(product) {
    return link(`/m/${mp}/p/${product.product_id}`, { class: 'recent' },
      picture(product.image_url, '', { width: 96, height: 96, loading: 'lazy' }),
      h('span', { lang: langOf(nameOf(product)) }, nameOf(product)), h('b', { class: 'price' }, price(product.price)));
  }

  function putAddresses(into, list) {
    put(into,
      list.length ? h('ul', { class: 'rows' }, list.map((address) => h('li', { class: 'address-row' },
        h('span', {}, addressLine(address), address.is_default ? h('span', { class: 'badge' }, t('default')) : null),
        h('span', { class: 'address-actions' },
          h('button', { type: 'button', class: 'plain', 'aria-label': t('edit_this', address.street), onclick: () => edit(into, address) }, t('edit')),
          h('button', { type: 'button', class: 'plain', 'aria-label': t('delete_this', address.street), onclick: () => remove(into, address) }, t('delete'))))))
        : h('p', { class: 'faint' }, t('no_addresses')),
      h('button', { type: 'button', class: 'quiet', onclick: () => edit(into, null) }, t('add_address')));
  }

  function remove(into, address) {
    confirmSheet(t('delete_address'), addressLine(address), t('delete'), () => change(into, 'DELETE', `/${address.address_id}`));
  }

  function edit(into, address) {
    const keyOf = keysByBody();
    const form = h('form', { onsubmit: oneAtATime(async () => {
      const body = { ...readAddress(form), is_default: form.elements.standard.checked };
      const done = address ? change(into, 'PUT', `/${address.address_id}`, { body }) : change(into, 'POST', '', { body, headers: keyOf(body) });
      if (!await done) return;
      draft.drop();
      dialog.close();
    }) }, addressFields(address), h('label', { class: 'check' },
      h('input', { type: 'checkbox', name: 'standard', checked: address?.is_default }), t('make_default')),
    h('button', { class: 'primary wide' }, t('save')));
    const draft = keepDraft(form, `address:${mp}:${address?.address_id ?? ''}`);
    const dialog = sheet(t('address'), form);
  }

  async function change(into, method, path, sent = {}) {
    try {
      await inside(mp, method, `/account/addresses${path}`, { ...sent, signal });
      const { items } = await inside(mp, 'GET', '/account/addresses', { signal });
      putAddresses(into, items);
      return true;
    } catch (fault) {
      if (fault.name !== 'AbortError') toast(inWords(fault));
      return false;
    }
  }
  return miniScreen(mp, t('mine'), box, { tab: 'account' });
}
