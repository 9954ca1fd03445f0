// The parts that an owner has put on top of the store: a banner, a grid or a list, of a category or of single products.

import { inside } from './api.js';
import { h, picture, put } from './dom.js';
import { langOf, nameOf, price, said, t } from './i18n.js';
import { productCard, skeleton } from './parts.js';
import { link } from './router.js';

const SHOWN = 6;
const BONES = { banner: 'sign', grid: 'card', list: 'row' };

/** The sections from the top. One whose products cannot be had, or are none, takes no room. */
export function sectionsOf(mp, page, signal) {
  return page.layout.sections.map((section) => {
    const body = h('div', {}, isHeadline(section) ? null : skeleton(BONES[section.kind], section.kind === 'banner' ? 1 : section.product_ids.length || SHOWN));
    const box = h('section', { class: `layout layout-${section.kind}` }, section.kind === 'banner' ? null : head(mp, section), body);
    productsOf(mp, section, signal).then((products) => {
      if (products.length || isHeadline(section)) put(body, SHOW[section.kind](mp, section, products));
      else box.remove();
    }, () => box.remove());
    return box;
  });
}

const SHOW = {
  banner: (mp, section, [product]) => {
    const words = h('b', { lang: langOf(titleOf(section)) }, titleOf(section) || (product ? nameOf(product) : ''));
    const content = [words, product ? picture(product.image_url, '', { width: 120, height: 120 }) : null];
    const way = section.category_id ? shelfPath(mp, section) : product ? `/m/${mp}/p/${product.product_id}` : null;
    return way ? link(way, { class: 'layout-sign' }, content) : h('p', { class: 'layout-sign' }, content);
  },
  grid: (mp, section, products) => h('div', { class: 'cards' }, products.map((product) => productCard(product))),
  list: (mp, section, products) => h('ul', { class: 'rows' }, products.map((product) => h('li', {}, row(product)))),
};

function isHeadline(section) {
  return section.kind === 'banner' && Boolean(titleOf(section)) && !section.category_id && !section.product_ids.length;
}

async function productsOf(mp, section, signal) {
  const { category_id: category, product_ids: ids, kind } = section;
  if (!category && !ids.length) return [];
  const limit = kind === 'banner' ? 1 : ids.length || SHOWN;
  const wanted = new URLSearchParams({ limit: String(limit), ...(ids.length ? { product_ids: ids.join(',') } : { category }) });
  const { products } = await inside(mp, 'GET', `/store?${wanted}`, { signal });
  return products?.items ?? [];
}

function titleOf(section) {
  return said(section, 'title') ?? '';
}

function shelfPath(mp, section) {
  return `/m/${mp}?category=${encodeURIComponent(section.category_id)}`;
}

function head(mp, section) {
  const all = section.category_id ? link(shelfPath(mp, section), { class: 'plain' }, t('see_all')) : null;
  return titleOf(section) || all
    ? h('div', { class: 'line-between layout-head' }, h('h2', { lang: langOf(titleOf(section)) }, titleOf(section)), all) : null;
}

function row(product) {
  const name = nameOf(product);
  return link(`/m/${product.mini_program_id}/p/${product.product_id}`, { class: 'found-product' },
    picture(product.image_url, '', { width: 84, height: 84, loading: 'lazy' }),
    h('span', { class: 'program-words' }, h('b', { lang: langOf(name) }, name), h('span', {}, h('span', { class: 'price' }, price(product.price)),
        product.in_stock === false ? h('span', { class: 'badge' }, t('sold_out')) : null)));
}
