// The frame of every page inside a mini program: the same in every host.

import { inside } from './api.js';
import { h, icon, put } from './dom.js';
import { langOf, nameOf, t } from './i18n.js';
import { signButton } from './parts.js';
import { back, go, link } from './router.js';
import { unpaidBar } from './unpaid.js';

const known = new Map();

/** The mini program's card. It is asked for once. */
export function programOf(mp) {
  if (!known.has(mp)) remember(mp, inside(mp, 'GET', '/store?limit=1'));
  return known.get(mp);
}

/** A store page is coming, and brings the card with it; a failure is not remembered. */
export function remember(mp, page) {
  const card = page.then(({ mini_program: program }) => program);
  card.catch(() => known.delete(mp));
  known.set(mp, card);
}

/** A page of the mini program: head with its name and the way out, `body`, the viewer's unpaid order unless the page itself is
 *  about one, and `foot` or the three tabs. */
export function miniScreen(mp, title, body, { otherwise = `/m/${mp}`, foot = null, tab = null, unpaid = true } = {}) {
  const name = h('span', { class: 'mini-name' });
  const words = (program) => (tab === 'store' ? nameOf(program.owner) : nameOf(program)); // the store's own title is its name
  programOf(mp).then((program) => put(name, h('span', { lang: langOf(words(program)) }, words(program))), () => {});
  return h('section', { class: 'mini', 'data-mini-program': mp },
    h('header', { class: 'mini-head' },
      signButton('back', t('back'), () => back(otherwise)),
      h('div', { class: 'mini-titles' }, h('h1', {}, title), name),
      h('div', { class: 'capsule' },
        link(`/m/${mp}/search`, { class: 'sign-button', 'aria-label': t('store_search') }, icon('search')),
        signButton('close', t('close'), () => go('/')))),
    h('div', { class: 'mini-body scrolls' }, body),
    unpaid ? unpaidBar(mp) : null,
    foot ?? miniTabs(mp, tab));
}

function miniTabs(mp, current) {
  const one = (name, path, sign, words) =>
    link(`/m/${mp}${path}`, { class: 'tab', 'aria-current': current === name ? 'page' : null }, icon(sign), h('span', {}, words));
  return h('nav', { class: 'mini-tabs', 'aria-label': t('mini_program') },
    one('store', '', 'store', t('store')), one('orders', '/orders', 'list', t('my_orders')), one('account', '/account', 'person', t('mine')));
}
