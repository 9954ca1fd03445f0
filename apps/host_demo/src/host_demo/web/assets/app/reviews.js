// Buyers' reviews: on the product page for everybody, on a completed order to write one for each line.

import { Problem, inside } from './api.js';
import { h, put } from './dom.js';
import { dateTime, langOf, nameOf, t } from './i18n.js';
import { choiceOf, inWords, load, oneAtATime, pages, sheet, skeleton } from './parts.js';
import { announce } from './router.js';

const STARS = [5, 4, 3, 2, 1];
const SHOWN = 3;
const MOST = 1000;

/** What buyers say about a product: nothing at all as long as nobody has said anything. */
export function reviewsOf(product, signal) {
  const path = `/products/${encodeURIComponent(product.product_id)}/reviews?limit=${SHOWN}`;
  const page = (cursor) => inside(product.mini_program_id, 'GET', cursor ? `${path}&cursor=${cursor}` : path, { signal });
  const box = h('div', { class: 'reviews' });
  page().then((first) => {
    const { average, count } = first.rating;
    if (!count) return;
    put(box, h('section', { class: 'card', 'aria-label': t('reviews') },
      h('h3', {}, `${t('reviews')} (${count})`),
      h('p', { class: 'line-between' }, stars(Math.round(average)), h('b', {}, average.toFixed(1))),
      pages(first, page, h('ul', { class: 'review-list' }), reviewItem)));
  }, () => {}); // the page is complete without them
  return box;
}

/** The lines of a completed order, each with its review or the way to write one. */
export function reviewsOfOrder(mp, order, signal) {
  const path = `/orders/${encodeURIComponent(order.order_id)}/reviews`;
  const box = h('div', {});
  const show = ({ items }) => order.lines.map((line) => {
    const own = items.find((one) => one.sku_id === line.sku_id);
    return h('div', { class: 'review-line', 'data-sku': line.sku_id },
      h('p', {}, h('b', { lang: langOf(nameOf(line)) }, nameOf(line)), ' ', choiceOf(line)),
      own ? ownReview(own) : h('button', { type: 'button', class: 'quiet', onclick: () => reviewSheet(line) }, t('write_review')));
  });
  const fill = () => load(box, () => inside(mp, 'GET', path, { signal }), show, skeleton('line', 2));

  function reviewSheet(line) {
    const error = h('p', { class: 'form-error', role: 'alert' });
    const text = h('textarea', { name: 'text', rows: '4', maxlength: String(MOST), required: true, placeholder: t('review_hint') });
    const rating = h('fieldset', { class: 'rating' }, h('legend', {}, t('your_rating')), h('div', { class: 'options' }, STARS.map((number) =>
      h('label', { class: 'option' }, h('input', { type: 'radio', name: 'rating', value: number, required: true, 'aria-label': t('stars', number) }), h('span', { 'aria-hidden': 'true' }, '★'.repeat(number))))));
    const dialog = sheet(t('write_review'), h('form', { class: 'review-form', onsubmit: oneAtATime(async ({ target }) => {
      error.textContent = '';
      const body = { sku_id: line.sku_id, rating: Number(new FormData(target).get('rating')), text: text.value.trim() };
      try {
        await inside(mp, 'POST', path, { body, signal });
        dialog.close();
        announce(t('review_thanks'));
        await fill();
      } catch (fault) {
        if (fault.name === 'AbortError') return;
        if (!(fault instanceof Problem)) throw fault;
        error.textContent = inWords(fault);
      }
    }) }, rating, h('label', { class: 'review-text' }, h('span', {}, t('your_review')), text), error,
    h('button', { class: 'primary wide' }, t('review_send'))));
  }

  fill();
  return h('section', { class: 'card order-reviews', 'aria-label': t('reviews') }, h('h3', {}, t('reviews')), box);
}

function ownReview(review) {
  const note = review.status === 'shown' ? null : h('p', { class: 'note' }, t(`review_${review.status}`));
  return h('div', { class: 'own-review', 'data-status': review.status }, words(review), note);
}

function reviewItem(review) {
  return h('li', { class: 'review' },
    h('p', { class: 'line-between faint' }, h('span', {}, review.author), h('time', {}, dateTime(review.at))),
    words(review), choiceOf(review));
}

function words(review) {
  return [
    stars(review.rating),
    h('p', { class: 'prose', lang: langOf(review.text) }, review.text),
    review.answer ? h('p', { class: 'review-answer', lang: langOf(review.answer.text) }, h('b', {}, `${t('shop_answers')} `), review.answer.text) : null,
  ];
}

function stars(number) {
  return h('span', { class: 'stars', role: 'img', 'aria-label': t('stars', number) }, '★'.repeat(number), h('i', {}, '★'.repeat(STARS.length - number)));
}
