// The feed: full-height videos. A "video" is its drawn cover, set in motion by CSS; an anchor on it is one tap from the product.

import { call } from './api.js';
import { h, icon, picture, put } from './dom.js';
import { LANG, count, langOf, nameOf, price, t } from './i18n.js';
import { empty, failure, inWords, openTarget, signButton, toast } from './parts.js';
import { announce, link } from './router.js';

const LIGHTS = 7;
const liked = new Set();
let lastSeen = null;

export function feedScreen({ params, signal }) {
  const reel = h('div', { class: 'reel scrolls', tabindex: '0', role: 'region', 'aria-label': t('feed') }, slideBones());
  const screen = h('section', { class: 'feed' },
    h('header', { class: 'feed-head' },
      link('/programs', { class: 'entrance' }, icon('grid'), h('span', {}, t('programs'))),
      h('h1', {}, t('feed')),
      link('/search', { class: 'sign-button search-entry', 'aria-label': t('search') }, icon('search'), h('span', {}, t('search_hint')))),
    reel);
  fill(reel, params.video ?? lastSeen, signal);
  document.addEventListener('keydown', (event) => onKey(event, reel), { signal });
  return screen;
}

function slideBones() {
  return h('div', { class: 'slide bone-slide', role: 'img', 'aria-label': t('loading') });
}

async function fill(reel, first, signal) {
  try {
    const { items } = await call('GET', '/feed', { signal });
    if (!items.length) return put(reel, empty(t('no_videos'), t('no_videos_hint')));
    const slides = items.map((video) => slideOf(video, signal));
    put(reel, slides);
    const at = slides.find((slide) => slide.dataset.video === first);
    if (at) reel.scrollTop = at.offsetTop;
    watch(reel, slides);
  } catch (fault) {
    if (fault.name === 'AbortError') return null;
    put(reel, failure(fault));
  }
  return null;
}

/** The slide in view plays; it and the next are loaded, so that a swipe never waits. */
function watch(reel, slides) {
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      target.classList.toggle('playing', isIntersecting);
      if (!isIntersecting) continue;
      lastSeen = target.dataset.video;
      target.fill();
      target.nextElementSibling?.fill();
    }
  }, { root: reel, threshold: 0.6 });
  slides.forEach((slide) => seen.observe(slide));
}

/** Arrows change the video wherever the focus is; space pauses it, but on a button or link it is theirs. */
function onKey(event, reel) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const step = { ArrowDown: 1, j: 1, PageDown: 1, ArrowUp: -1, k: -1, PageUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    reel.scrollBy({ top: step * reel.clientHeight, behavior: 'smooth' });
  } else if (event.key === ' ' && !event.target.closest('button, a')) {
    event.preventDefault();
    reel.querySelector('.slide.playing .pause')?.click();
  }
}

function slideOf(video, signal) {
  const slide = h('article', { class: 'slide', 'data-video': video.video_id });
  let filled = false;
  slide.fill = async () => {
    if (filled) return;
    filled = true;
    try {
      put(slide, content(video, await call('GET', `/videos/${video.video_id}`, { signal }), slide));
    } catch (fault) {
      filled = false;
      if (fault.name !== 'AbortError') put(slide, failure(fault, slide.fill));
    }
  };
  return slide;
}

function content(video, page, slide) {
  const title = video.title[LANG];
  const creator = nameOf(page.creator);
  slide.setAttribute('aria-label', t('video_of', creator, title));
  const pause = signButton('play', t('pause'), () => {
    const paused = slide.classList.toggle('paused');
    pause.setAttribute('aria-label', paused ? t('play') : t('pause'));
  }, { class: 'pause' });
  const progress = h('span', {});
  progress.style.animationDuration = `${Math.max(page.duration_ms, 5000)}ms`;
  return [
    h('div', { class: 'film', 'aria-hidden': 'true' },
      picture(page.cover_url, '', { width: 720, height: 1280 }),
      h('div', { class: 'lights' }, Array.from({ length: LIGHTS }, () => h('i', {})))),
    pause,
    h('div', { class: 'caption' },
      h('p', { class: 'creator', lang: langOf(creator) }, `@${creator}`),
      h('h2', { lang: langOf(title) }, title),
      h('ul', { class: 'anchors', 'aria-label': t('anchors') }, page.anchors.map((anchor) => h('li', {}, chip(page, anchor))))),
    rail(video),
    h('div', { class: 'progress', 'aria-hidden': 'true' }, progress),
  ];
}

function rail(video) {
  const number = h('span', {}, count(video.likes));
  const heart = h('button', {
    type: 'button', class: 'rail-button', 'aria-label': t('like'), 'aria-pressed': String(liked.has(video.video_id)),
    onclick: () => {
      if (!liked.delete(video.video_id)) liked.add(video.video_id);
      heart.setAttribute('aria-pressed', String(liked.has(video.video_id)));
    },
  }, icon('heart'), number);
  return h('div', { class: 'rail' }, heart);
}

/** The chip of an anchor. One call brings the click, signed, and the whole product page. */
function chip(page, anchor) {
  const button = h('button', { type: 'button', class: 'chip', 'data-anchor': anchor.anchor_id, onclick: tap },
    anchor.image_url ? picture(anchor.image_url, '', { width: 40, height: 40 }) : icon('cart'),
    h('span', { class: 'chip-title', lang: langOf(nameOf(anchor)) }, nameOf(anchor)),
    anchor.available === false ? h('span', { class: 'chip-price' }, t('sold_out'))
      : anchor.price ? h('span', { class: 'chip-price' }, price(anchor.price)) : null);
  async function tap() {
    button.disabled = true;
    try {
      const click = await call('POST', `/videos/${page.video_id}/anchors/${anchor.anchor_id}/clicks`);
      openTarget(click.target, click.click_id, 'video_anchor');
    } catch (fault) {
      toast(inWords(fault));
      announce(inWords(fault));
    } finally {
      button.disabled = false;
    }
  }
  return button;
}
