// The purchase page: pictures, SKU choice with its stock, share, buy.

import { inside } from './api.js';
import { addButton, cartSign } from './carts.js';
import { h, icon, picture, put } from './dom.js';
import { attributesOf, count, langOf, nameOf, price, readersPart, said, t } from './i18n.js';
import { handedOver, load, skeleton } from './parts.js';
import { link } from './router.js';
import { miniScreen } from './mini.js';
import { orderSheet } from './ordering.js';
import { reviewsOf } from './reviews.js';
import { shareSheet } from './sharing.js';

const FEW = 10;
const known = new Map();

export function productScreen({ params: { mp, product: id }, signal }) {
  const box = h('div', { class: 'product' });
  const foot = h('footer', { class: 'buy-bar' });
  const screen = miniScreen(mp, t('product_page'), box, { foot });
  const ask = () => inside(mp, 'GET', `/products/${encodeURIComponent(id)}`, { signal });
  const handed = handedOver(mp, id);
  const show = (product) => {
    const name = nameOf(product);
    screen.querySelector('h1').textContent = name;
    document.title = `${name} · ${document.documentElement.dataset.name}`;
    const choice = skuChoice(product, (sku) => bar(product, sku));
    return [...pageOf(product, choice), reviewsOf(product, signal)];
  };
  const bar = (product, sku) => {
    const none = !sku || sku.available < 1;
    put(foot,
      link(`/m/${mp}`, { class: 'bar-sign' }, icon('store'), h('span', {}, t('store'))),
      product.share_allowed
        ? h('button', { type: 'button', class: 'bar-sign', onclick: () => shareSheet(product, signal) }, icon('share'), h('span', {}, t('share'))) : null,
      cartSign(mp),
      sku && addButton(mp, sku),
      h('button', { type: 'button', class: 'primary buy', disabled: none, onclick: () => orderSheet(mp, [{ ...product, ...sku, image_url: product.images[0], unit_price: sku.price }], signal) },
        none ? t('sold_out') : t('buy')));
  };
  const gone = () => put(foot, link(`/m/${mp}`, { class: 'quiet wide' }, t('to_store')));
  if (handed) {
    put(box, show(handed));
    ask().then((fresh) => {
      const other = JSON.stringify(fresh.skus) !== JSON.stringify(handed.skus);
      if (other && !document.querySelector('dialog')) put(box, show(fresh));
    }, () => {}); // what came with the click stands; placing an order checks it again
  } else {
    put(foot, h('span', { class: 'bone bone-bar' }));
    load(box, ask, show, h('div', {}, h('div', { class: 'bone bone-gallery' }), skeleton('line', 4))).then((isThere) => isThere || signal.aborted || foot.querySelector('.buy') || gone());
  }
  return screen;
}

function pageOf(product, choice) {
  const name = nameOf(product);
  return [
    gallery(product, name),
    h('div', { class: 'card' },
      h('p', { class: 'price big' }, product.skus.some((sku) => sku.price.amount !== product.price_from.amount) ? t('from', price(product.price_from)) : price(product.price_from)),
      h('h2', { lang: langOf(name) }, name),
      h('p', { class: 'faint' }, [
        product.rating ? t('rating', product.rating.toFixed(1)) : null,
        product.sales ? t('sold', count(product.sales)) : null,
        said(product, 'brand') || null,
      ].filter(Boolean).join(' · ')),
      deliveryLine(product.mini_program_id)),
    choice,
    h('div', { class: 'card' }, h('h3', {}, t('details')),
      readersPart(product.description).map((paragraph) => h('p', { class: 'prose', lang: langOf(paragraph) }, paragraph))),
    Object.keys(attributesOf(product)).length
      ? h('div', { class: 'card' }, h('h3', {}, t('facts')),
        h('dl', { class: 'facts' }, Object.entries(attributesOf(product)).map(([key, value]) =>
          [h('dt', { lang: langOf(key) }, key), h('dd', { lang: langOf(value) }, value)])))
      : null,
  ];
}

/** What delivery costs. It is asked for when the page has loaded, so that it delays nothing. */
function deliveryLine(mp) {
  const line = h('p', { class: 'faint delivery-line' });
  const ask = () => deliveryTerms(mp).then((terms) => put(line, deliveryWords(terms)), () => {});
  if (document.readyState === 'complete') ask();
  else addEventListener('load', ask, { once: true });
  return line;
}

function deliveryTerms(mp) {
  if (!known.has(mp)) known.set(mp, inside(mp, 'GET', '/delivery-terms'));
  known.get(mp).catch(() => known.delete(mp));
  return known.get(mp);
}

function deliveryWords({ flat, free_from: from, regions }) {
  if (!flat.amount && !regions.length) return t('delivery_is_free');
  return [
    flat.amount ? t('delivery_fee_is', price(flat)) : t('delivery_is_free'),
    from ? t('delivery_free_from', price(from)) : null,
    regions.length ? t('delivery_by_region') : null,
  ].filter(Boolean).join(' · ');
}

function gallery(product, name) {
  const all = product.images.length;
  const dots = h('div', { class: 'dots', 'aria-hidden': 'true' }, product.images.map((_, at) => h('i', { class: at ? null : 'on' })));
  const strip = h('div', { class: 'gallery', tabindex: all > 1 ? '0' : null, role: 'group', 'aria-label': t('pictures') },
    product.images.map((url, at) => picture(url, t('picture_of', name, at + 1, all), { width: 400, height: 400, loading: at ? 'lazy' : 'eager' })));
  strip.addEventListener('scroll', () => {
    const at = Math.round(strip.scrollLeft / strip.clientWidth);
    [...dots.children].forEach((dot, place) => dot.classList.toggle('on', place === at));
  }, { passive: true });
  return h('div', { class: 'gallery-box' }, strip, all > 1 ? dots : null);
}

/** One group of choices for each attribute; tells `chosen` the SKU that they lead to. Starts with the first in stock. */
function skuChoice(product, chosen) {
  const skus = product.skus.map((one) => ({ ...one, attributes: attributesOf(one) }));
  const names = [...new Set(skus.flatMap((one) => Object.keys(one.attributes)))];
  let sku = skus.find((one) => one.available > 0) ?? skus[0];
  const line = h('p', { class: 'sku-line', role: 'status' });
  const box = h('div', { class: 'card choice' });

  function pick(name, value) {
    const wanted = { ...sku.attributes, [name]: value };
    const fits = skus.filter((one) => one.attributes[name] === value);
    const same = (one) => names.filter((other) => one.attributes[other] === wanted[other]).length + (one.available > 0 ? 0.5 : 0);
    sku = fits.sort((a, b) => same(b) - same(a))[0];
    show();
  }

  function group(name) {
    const values = [...new Set(skus.map((one) => one.attributes[name]).filter(Boolean))];
    return h('fieldset', {}, h('legend', { lang: langOf(name) }, name), h('div', { class: 'options' }, values.map((value) => {
      const left = skus.some((one) => one.attributes[name] === value && one.available > 0);
      const input = h('input', { type: 'radio', name: `sku-${name}`, value, onchange: () => pick(name, value) });
      input.checked = sku.attributes[name] === value;
      return h('label', { class: left ? 'option' : 'option gone', lang: langOf(value) }, input, h('span', {}, value));
    })));
  }

  function show() {
    for (const input of box.querySelectorAll('input')) input.checked = sku.attributes[input.name.slice(4)] === input.value;
    const stock = sku.available < 1 ? t('sold_out') : sku.available <= FEW ? t('stock_few', sku.available) : t('in_stock');
    put(line, h('b', { class: 'price' }, price(sku.price)), h('span', { class: sku.available <= FEW ? 'few' : 'faint' }, stock));
    chosen(sku);
  }

  put(box, names.map(group), line);
  if (sku) show();
  else chosen(null);
  return box;
}
