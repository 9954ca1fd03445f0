// The app: its routes, the host's tabs, and what stands next to the phone on a wide screen.

import { h, icon, put } from './dom.js';
import { LANG, switchLanguage, t } from './i18n.js';
import { link, route, start } from './router.js';
import { feedScreen } from './feed.js';
import { programsScreen } from './programs.js';
import { accountOfHostScreen, searchScreen } from './search.js';
import { scanScreen } from './scan.js';
import { meScreen, servicesScreen } from './me.js';
import { storeScreen, storeSearchScreen } from './store.js';
import { productScreen } from './product.js';
import { ordersScreen } from './orders.js';
import { orderScreen } from './order.js';
import { paidScreen } from './paid.js';
import { miniAccountScreen } from './account.js';
import { cartScreen } from './cart.js';

const MINI = { chrome: 'mini' };

route('/', feedScreen, { tab: 'home', chrome: 'feed' });
route('/v/:video', feedScreen, { tab: 'home', chrome: 'feed' });
route('/programs', programsScreen, { tab: 'programs' });
route('/search', searchScreen);
route('/accounts/:account', accountOfHostScreen);
route('/scan', scanScreen, { tab: 'scan' });
route('/me', meScreen, { tab: 'me' });
route('/me/services', servicesScreen, { tab: 'me' });
route('/m/:mp', storeScreen, MINI);
route('/m/:mp/search', storeSearchScreen, MINI);
route('/m/:mp/p/:product', productScreen, MINI);
route('/m/:mp/cart', cartScreen, MINI);
route('/m/:mp/orders', ordersScreen, MINI);
route('/m/:mp/orders/:order', orderScreen, MINI);
route('/m/:mp/paid', paidScreen, MINI);
route('/m/:mp/account', miniAccountScreen, MINI);

const TABS = [['home', '/', 'home'], ['programs', '/programs', 'grid'], ['scan', '/scan', 'scan'], ['me', '/me', 'person']];
const tabs = document.getElementById('tabs');
tabs.setAttribute('aria-label', document.documentElement.dataset.name);

function shown({ tab, chrome }) {
  document.getElementById('stage').dataset.chrome = chrome;
  tabs.hidden = chrome === 'mini';
  put(tabs, TABS.map(([name, path, sign]) =>
    link(path, { class: 'tab', 'aria-current': tab === name ? 'page' : null }, icon(sign), h('span', {}, t(name)))));
}

put(document.getElementById('beside'),
  h('p', { class: 'beside-name' }, document.documentElement.dataset.name),
  h('p', {}, t('beside_lead')),
  h('p', { class: 'faint' }, t('keys_hint')),
  h('p', { class: 'beside-links' },
    h('button', { type: 'button', class: 'quiet', lang: LANG === 'en' ? 'zh' : 'en', onclick: switchLanguage }, t('language')),
    h('a', { href: '/both' }, t('other_host')),
    h('a', { href: '/' }, t('start_page'))));
document.body.dataset.framed = String(window.top !== window);
start(shown);
