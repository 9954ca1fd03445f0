// The store page with its shelves, and the search inside one store.

import { inside } from './api.js';
import { h, picture, put } from './dom.js';
import { count, langOf, nameOf, said, t } from './i18n.js';
import { degradedNote, empty, load, pages, productCard, skeleton } from './parts.js';
import { back, go, keptHere } from './router.js';
import { miniScreen, remember } from './mini.js';
import { searchHead } from './search.js';

export function storeScreen({ params: { mp }, query, signal }) {
  const chosen = query.get('category');
  const box = h('div', { class: 'store' });
  let coming = shelf(chosen);
  remember(mp, coming);
  const screen = miniScreen(mp, t('store'), box, { otherwise: '/programs', tab: 'store' });
  load(box, () => coming ?? shelf(chosen), show, storeBones()).finally(() => { coming = null; });

  function shelf(category, cursor) {
    const wanted = new URLSearchParams({ limit: '20', ...(category ? { category } : {}), ...(cursor ? { cursor } : {}) });
    return inside(mp, 'GET', `/store?${wanted}`, { signal });
  }

  function show(page) {
    const program = page.mini_program;
    const [name, slogan] = [nameOf(program), said(program, 'slogan')];
    screen.querySelector('h1').textContent = name;
    document.title = `${name} · ${document.documentElement.dataset.name}`;
    const isShop = program.category !== 'game';
    const goods = h('div', { class: 'goods' }, shelfOf(page));
    return [
      h('div', { class: 'banner' }, page.banner_url ? picture(page.banner_url, '', { width: 1200, height: 480 }) : null,
        h('div', { class: 'banner-words' },
          picture(program.logo_url, '', { width: 52, height: 52, class: 'logo' }),
          h('div', {}, h('p', { class: 'banner-name', lang: langOf(name) }, name), h('p', { lang: langOf(slogan) }, slogan)))),
      degradedNote(page.degraded),
      page.categories?.length ? shelfTabs(page.categories, goods) : null,
      isShop || page.products?.items.length ? goods : empty(t('not_a_shop'), t('not_a_shop_hint')),
    ];
  }

  function shelfTabs(categories, goods) {
    let current = chosen;
    const tab = (id, name) => h('button', {
      type: 'button', class: 'shelf', 'aria-pressed': String((current ?? '') === id), lang: langOf(name), 'data-category': id,
      onclick: (event) => {
        current = id || null;
        keptHere().length = 0;
        for (const other of event.currentTarget.parentElement.children) other.setAttribute('aria-pressed', String(other === event.currentTarget));
        history.replaceState(history.state, '', `${location.pathname}${id ? `?category=${encodeURIComponent(id)}` : ''}`);
        load(goods, () => shelf(current), (page) => [degradedNote(page.degraded), shelfOf(page)], skeleton('card'));
      },
    }, name);
    return h('div', { class: 'shelves', role: 'group', 'aria-label': t('products') }, tab('', t('all')), categories.map((one) => tab(one.category_id, nameOf(one))));
  }

  function shelfOf(page) {
    if (!page.products) return null;
    if (!page.products.items.length) return empty(t('empty_shelf'), null);
    const category = new URLSearchParams(location.search).get('category');
    const next = async (cursor) => (await shelf(category, cursor)).products ?? { items: [], next_cursor: cursor };
    return pages(page.products, next, h('div', { class: 'cards' }), (product) => productCard(product));
  }
  return screen;
}

function storeBones() {
  return h('div', { role: 'img', 'aria-label': t('loading') }, h('div', { class: 'bone bone-banner' }), h('div', { class: 'bone bone-shelves' }), skeleton('card'));
}

export function storeSearchScreen({ params: { mp }, query, signal }) {
  const asked = query.get('q') ?? '';
  const body = h('div', {});
  const screen = h('section', { class: 'mini', 'data-mini-program': mp }, h('h1', { class: 'unseen' }, t('store_search')),
    searchHead({
      asked, hint: t('store_search'), body, focus: !asked, suggest: null,
      onBack: () => back(`/m/${mp}`),
      onSearch: (text) => go(`/m/${mp}/search?q=${encodeURIComponent(text)}`, { replace: Boolean(asked) }),
    }),
    h('div', { class: 'mini-body scrolls' }, body));
  const page = (cursor) => inside(mp, 'GET', `/search?${new URLSearchParams({ q: asked, ...(cursor ? { cursor } : {}) })}`, { signal });
  if (!asked) put(body, h('p', { class: 'lead' }, t('in_store_only')));
  else {
    load(body, () => page(), (found) => found.items.length
      ? [h('p', { class: 'lead', role: 'status' }, `${t('in_store_only')} · ${t('results_for', asked)} · ${count(found.items.length)}${found.next_cursor ? '+' : ''}`),
        pages(found, page, h('div', { class: 'cards' }), (product) => productCard(product))]
      : empty(t('store_search_none', asked), t('search_none_hint')), skeleton('card'));
  }
  return screen;
}
