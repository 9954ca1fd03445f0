// The frame of every page inside a mini program: the same in every host.

import { inside } from './api.js';
import { h, icon, put } from './dom.js';
import { langOf, nameOf, t } from './i18n.js';
import { signButton } from './parts.js';
import { back, go, link } from './router.js';
import { cartCount } from './carts.js';
import { wear } from './theme.js';
import { unpaidBar } from './unpaid.js';

const known = new Map();

/** The mini program's store page, whose card and colour stand on every page. It is asked for once. */
function storeOf(mp) {
  if (!known.has(mp)) remember(mp, inside(mp, 'GET', '/store?limit=1'));
  return known.get(mp);
}

/** The mini program's card. */
export async function programOf(mp) {
  return (await storeOf(mp)).mini_program;
}

/** A store page is coming; a failure is not remembered. */
export function remember(mp, page) {
  page.catch(() => known.delete(mp));
  known.set(mp, page);
}

/** Gives a screen of the mini program its colour. */
export function inItsColour(mp, screen) {
  storeOf(mp).then((page) => wear(screen, page.theme_colour), () => {});
  return screen;
}

/** A page of the mini program: head with its name and the way out, `body`, the viewer's unpaid order unless the page itself is
 *  about one, what stands `above` the foot, and `foot` or the four tabs. */
export function miniScreen(mp, title, body, { otherwise = `/m/${mp}`, above = null, foot = null, tab = null, unpaid = true } = {}) {
  const name = h('span', { class: 'mini-name' });
  const words = (program) => (tab === 'store' ? nameOf(program.owner) : nameOf(program)); // the store's own title is its name
  programOf(mp).then((program) => put(name, h('span', { lang: langOf(words(program)) }, words(program))), () => {});
  return inItsColour(mp, h('section', { class: 'mini', 'data-mini-program': mp },
    h('header', { class: 'mini-head' },
      signButton('back', t('back'), () => back(otherwise)),
      h('div', { class: 'mini-titles' }, h('h1', {}, title), name),
      h('div', { class: 'capsule' },
        link(`/m/${mp}/search`, { class: 'sign-button', 'aria-label': t('store_search') }, icon('search')),
        signButton('close', t('close'), () => go('/')))),
    h('div', { class: 'mini-body scrolls' }, body),
    unpaid ? unpaidBar(mp) : null,
    above,
    foot ?? miniTabs(mp, tab)));
}

function miniTabs(mp, current) {
  const one = (name, path, sign, words, mark = null) =>
    link(`/m/${mp}${path}`, { class: 'tab', 'aria-current': current === name ? 'page' : null }, icon(sign), h('span', {}, words), mark);
  return h('nav', { class: 'mini-tabs', 'aria-label': t('mini_program') },
    one('store', '', 'store', t('store')), one('cart', '/cart', 'cart', t('cart'), cartCount(mp)), one('orders', '/orders', 'list', t('my_orders')), one('account', '/account', 'person', t('mine')));
}
