// The store page with its shelves, and the search inside one store.

import { inside } from './api.js';
import { h, picture, put } from './dom.js';
import { count, langOf, nameOf, said, t } from './i18n.js';
import { degradedNote, empty, load, pages, productCard, skeleton } from './parts.js';
import { back, go, keptHere } from './router.js';
import { inItsColour, miniScreen, remember } from './mini.js';
import { searchHead } from './search.js';
import { sectionsOf } from './sections.js';
import { sortBar, want, wantedHere } from './sorting.js';

export function storeScreen({ params: { mp }, signal }) {
  const box = h('div', { class: 'store' });
  let coming = shelf();
  remember(mp, coming);
  const screen = miniScreen(mp, t('store'), box, { otherwise: '/programs', tab: 'store' });
  load(box, () => coming ?? shelf(), show, storeBones()).finally(() => { coming = null; });

  function shelf(cursor) {
    const wanted = new URLSearchParams({ limit: '20', ...wantedHere(), ...(cursor ? { cursor } : {}) });
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
      Object.keys(wantedHere()).length ? null : sectionsOf(mp, page, signal),
      isShop || page.products?.items.length
        ? [h('div', { class: 'choosing' }, page.categories?.length ? shelfTabs(page.categories, () => again(goods)) : null,
          sortBar(['default', 'sales', 'newest'], () => again(goods))), goods]
        : empty(t('not_a_shop'), t('not_a_shop_hint')),
    ];
  }

  function again(goods) {
    keptHere().length = 0;
    for (const section of box.querySelectorAll('.layout')) section.hidden = Object.keys(wantedHere()).length > 0;
    load(goods, () => shelf(), (page) => [degradedNote(page.degraded), shelfOf(page)], skeleton('card'));
  }

  function shelfTabs(categories, changed) {
    const current = wantedHere().category ?? '';
    const tab = (id, name) => h('button', {
      type: 'button', class: 'shelf', 'aria-pressed': String(current === id), lang: langOf(name), 'data-category': id,
      onclick: (event) => {
        for (const other of event.currentTarget.parentElement.children) other.setAttribute('aria-pressed', String(other === event.currentTarget));
        want({ category: id || null });
        changed();
      },
    }, name);
    const tabs = h('div', { class: 'shelves', role: 'group', 'aria-label': t('products') }, tab('', t('all')), categories.map((one) => tab(one.category_id, nameOf(one))));
    if (current) requestAnimationFrame(() => tabs.querySelector('[aria-pressed=true]')?.scrollIntoView({ inline: 'center', block: 'nearest' }));
    return tabs;
  }

  function shelfOf(page) {
    if (!page.products) return null;
    if (!page.products.items.length) return empty(t(Object.keys(wantedHere()).length ? 'none_fit' : 'empty_shelf'), null);
    const next = async (cursor) => (await shelf(cursor)).products ?? { items: [], next_cursor: cursor };
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
  const screen = inItsColour(mp, h('section', { class: 'mini', 'data-mini-program': mp }, h('h1', { class: 'unseen' }, t('store_search')),
    searchHead({
      asked, hint: t('store_search'), body, focus: !asked, suggest: null,
      onBack: () => back(`/m/${mp}`),
      onSearch: (text) => go(`/m/${mp}/search?q=${encodeURIComponent(text)}`, { replace: Boolean(asked) }),
    }),
    h('div', { class: 'mini-body scrolls' }, body)));
  const page = (cursor) => inside(mp, 'GET', `/search?${new URLSearchParams({ q: asked, ...wantedHere(), ...(cursor ? { cursor } : {}) })}`, { signal });
  const search = (into) => load(into, () => page(), (found) => found.items.length
    ? [h('p', { class: 'lead', role: 'status' }, `${t('in_store_only')} · ${t('results_for', asked)} · ${count(found.items.length)}${found.next_cursor ? '+' : ''}`),
      pages(found, page, h('div', { class: 'cards' }), (product) => productCard(product))]
    : wantedHere().in_stock ? empty(t('none_fit'), null) : empty(t('store_search_none', asked), t('search_none_hint')), skeleton('card'));
  if (!asked) {
    put(body, h('p', { class: 'lead' }, t('in_store_only')));
    return screen;
  }
  const found = h('div', {});
  put(body, sortBar(['relevance', 'sales'], () => {
    keptHere().length = 0;
    search(found);
  }), found);
  search(found);
  return screen;
}
