// The search column: suggestions while typing, and results in the platform's own order, the mini program first.

import { call } from './api.js';
import { h, icon, picture, put } from './dom.js';
import { LANG, count, langOf, nameOf, price, said, t } from './i18n.js';
import { empty, hostHead, inWords, load, openTarget, pages, signButton, skeleton, toast } from './parts.js';
import { announce, back, go, link } from './router.js';
import { programRow } from './programs.js';

const TRY = { zh: ['云栗', '骆铃', '阿芮', '咖啡', '露营', '耳机'], en: ['Yunli', 'Luoling', 'Arui', 'coffee', 'kettle', 'earbuds'] };
const PAUSE = 160;
const accounts = new Map();

export function searchScreen({ query, signal }) {
  const asked = query.get('q') ?? '';
  const body = h('div', { class: 'body' });
  const screen = h('section', { class: 'host-screen scrolls' }, h('h1', { class: 'unseen' }, t('search')),
    searchHead({
      asked,
      hint: t('search_hint'),
      onBack: () => back('/'),
      onSearch: (text) => go(`/search?q=${encodeURIComponent(text)}`, { replace: Boolean(asked) }),
      suggest: (text) => call('GET', `/search/suggestions?q=${encodeURIComponent(text)}&limit=8`, { signal }),
      onClear: () => put(body, ideas()),
      body,
      focus: !asked,
    }),
    body);
  if (asked) load(body, () => call('GET', `/search?q=${encodeURIComponent(asked)}`, { signal }), (page) => results(page, signal), skeleton('row'));
  else put(body, ideas());
  return screen;
}

function ideas() {
  return [h('p', { class: 'lead' }, t('search_lead')),
    h('h2', { class: 'section-title' }, t('search_try')),
    h('p', { class: 'ideas' }, TRY[LANG].map((text) => link(`/search?q=${encodeURIComponent(text)}`, { class: 'pill-link' }, text)))];
}

/** A search field with suggestions below it, in `body`, until the search is made. */
export function searchHead({ asked, hint, onBack, onSearch, onClear, suggest, body, focus }) {
  const field = h('input', {
    type: 'search', value: asked, placeholder: hint, 'aria-label': hint, autocomplete: 'off', enterkeyhint: 'search',
    maxlength: '100', autofocus: focus,
  });
  let timer = 0;
  let latest = 0;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    const text = field.value.trim();
    const turn = ++latest;
    if (!text) onClear?.();
    if (!text || !suggest) return;
    timer = setTimeout(async () => {
      const { items } = await suggest(text).catch(() => ({ items: [] }));
      if (turn !== latest || !items.length || !body.isConnected) return;
      put(body, h('ul', { class: 'rows suggestions', 'aria-label': t('search') }, items.map((item) => h('li', {}, suggestion(item, onSearch)))));
    }, PAUSE);
  });
  return h('form', {
    class: 'search-head', role: 'search',
    onsubmit: (event) => {
      event.preventDefault();
      latest += 1;
      if (field.value.trim()) onSearch(field.value.trim());
    },
  }, signButton('back', t('back'), onBack), field, h('button', { class: 'go' }, t('search')));
}

function suggestion(item, onSearch) {
  const text = said(item, 'text');
  const isProgram = item.kind === 'mini_program';
  return h('button', { type: 'button', class: 'suggestion', lang: langOf(text), onclick: () => onSearch(text) },
    icon(isProgram ? 'grid' : 'search'), h('span', {}, text), isProgram ? h('span', { class: 'badge' }, t('mini_program')) : null);
}

function results(page, signal) {
  announce(t('results_count', count(page.results.length)));
  const suggestion = page.did_you_mean
    ? h('p', { class: 'note' }, `${t('did_you_mean')} `, link(`/search?q=${encodeURIComponent(page.did_you_mean)}`, {}, page.did_you_mean)) : null;
  if (!page.results.length) return [suggestion, empty(t('search_none', page.query), t('search_none_hint'))];
  const list = h('ol', { class: 'rows results', 'aria-label': t('results_for', page.query) });
  const more = async (cursor) => {
    const next = await call('GET', `/search?q=${encodeURIComponent(page.query)}&cursor=${encodeURIComponent(cursor)}`, { signal });
    return { items: next.products, next_cursor: next.next_cursor };
  };
  return [suggestion, pages({ items: page.results, next_cursor: page.next_cursor }, more, list, row)];
}

function row(result) {
  if (result.kind === 'mini_program') return h('li', {}, programRow(result, { large: true, onOpen: (event) => take(event, result) }));
  if (result.kind === 'account') return h('li', {}, accountRow(result));
  return h('li', {}, productRow(result));
}

function productRow(result) {
  const name = nameOf(result);
  return link(`/m/${result.mini_program_id}/p/${result.product_id}`, { class: 'found-product', onclick: (event) => take(event, result) },
    picture(result.image_url, '', { width: 84, height: 84, loading: 'lazy' }),
    h('span', { class: 'program-words' },
      h('b', { lang: langOf(name) }, name),
      h('span', { class: 'price' }, price(result.price)),
      result.in_stock ? null : h('span', { class: 'badge' }, t('sold_out'))));
}

function accountRow(result) {
  accounts.set(result.account_id, result);
  return link(`/accounts/${result.account_id}`, { class: 'program' },
    result.avatar_url ? picture(result.avatar_url, '', { width: 48, height: 48, class: 'avatar' }) : h('span', { class: 'avatar' }),
    h('span', { class: 'program-words' },
      h('b', { lang: langOf(result.name) }, result.name),
      h('span', { class: 'faint' }, `${t(result.account_kind)} · ${t('followers', count(result.followers))}`)));
}

/** A result is taken: the platform signs the click and says where it leads. */
async function take(event, result) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const click = await call('POST', '/search/clicks', { body: { result_id: result.result_id } });
    openTarget(click.target, click.click_id, 'search');
  } catch (fault) {
    toast(inWords(fault));
  }
}

/** An account of the host that a search found. */
export function accountOfHostScreen({ params }) {
  const account = accounts.get(params.account);
  return h('section', { class: 'host-screen scrolls' }, hostHead(account?.name ?? t('merchant'), { otherwise: '/search' }),
    h('div', { class: 'body' }, account
      ? h('div', { class: 'state' }, account.avatar_url ? picture(account.avatar_url, '', { width: 96, height: 96, class: 'avatar big' }) : null,
        h('p', { class: 'state-title', lang: langOf(account.name) }, account.name),
        h('p', {}, `${t(account.account_kind)} · ${t('followers', count(account.followers))}`),
        h('p', { class: 'faint' }, t('account_note')))
      : empty(t('wrong_missing'), null)));
}
