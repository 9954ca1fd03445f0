// Pieces that several screens are made of: states (loading, empty, failed), cards, dialogs.

import { Problem, enter } from './api.js';
import { h, icon, picture, put } from './dom.js';
import { attributesOf, count, langOf, listed, nameOf, price, t, tOr } from './i18n.js';
import { again, announce, back, go, keptHere, layer, link } from './router.js';

/** Fills `box`: `waiting` at once, what `render` makes of the answer when it comes, or what went wrong with a way to retry. Answers whether it came. */
export async function load(box, ask, render, waiting = skeleton('list')) {
  put(box, waiting);
  box.setAttribute('aria-busy', 'true');
  try {
    put(box, await render(await ask()));
  } catch (fault) {
    if (fault.name === 'AbortError') return false;
    if (!(fault instanceof Problem)) throw fault;
    const retry = () => load(box, ask, render, waiting);
    put(box, failure(fault, retry));
    if (fault.status === 0) addEventListener('online', () => { if (box.isConnected && box.querySelector('.failed')) retry(); }, { once: true });
    return false;
  } finally {
    box.removeAttribute('aria-busy');
  }
  box.dispatchEvent(new Event('loaded', { bubbles: true }));
  return true;
}

/** What went wrong, in words. */
export function failure(problem, retry) {
  const missing = problem.status === 404 || problem.status === 410;
  const away = problem.status === 0 || problem.status >= 500 || problem.status === 429;
  const offline = problem.status === 0 && !navigator.onLine;
  const title = offline ? t('offline') : missing ? t('wrong_missing') : away ? t('wrong_away') : t('wrong_other');
  const hint = offline ? t('offline_hint') : missing ? t('wrong_missing_hint') : away ? t('wrong_away_hint') : inWords(problem);
  announce(title);
  return h('div', { class: missing ? 'state' : 'state failed', 'data-code': problem.code },
    h('div', { class: 'sign', 'aria-hidden': 'true' }, missing ? '…' : '!'),
    h('p', { class: 'state-title' }, title),
    h('p', {}, hint),
    missing ? null : h('button', { class: 'quiet', type: 'button', onclick: retry ?? again }, t('retry')));
}

export function empty(title, hint, ...actions) {
  return h('div', { class: 'state' },
    h('div', { class: 'sign', 'aria-hidden': 'true' }, icon('grid')),
    h('p', { class: 'state-title' }, title), hint ? h('p', {}, hint) : null, actions);
}

/** Grey shapes that take the room of what is to come. */
export function skeleton(kind, times = 6) {
  const one = () => h('div', { class: `bone bone-${kind}` });
  return h('div', { class: `bones bones-${kind}`, 'aria-label': t('loading'), role: 'img' }, Array.from({ length: times }, one));
}

/** A line that says which parts of a page could not be had. */
export function degradedNote(parts) {
  if (!parts?.length) return null;
  const names = parts.map((part) => tOr(`part_${part}`, part));
  return h('p', { class: 'note degraded', role: 'status' }, t('degraded', listed(names)));
}

/** A button that shows a sign only. */
export function signButton(sign, name, onclick, props = {}) {
  return h('button', { type: 'button', class: 'sign-button', 'aria-label': name, onclick, ...props }, icon(sign));
}

/** The head of one of the host's own screens. */
export function hostHead(title, { otherwise = '/', extra = null } = {}) {
  return h('header', { class: 'host-head' },
    signButton('back', t('back'), () => back(otherwise)), h('h1', {}, title), extra ?? h('span', { class: 'sign-space' }));
}

export function productCard(product, href) {
  const name = nameOf(product);
  return link(href ?? `/m/${product.mini_program_id}/p/${product.product_id}`, { class: 'product-card' },
    h('span', { class: 'product-picture' }, picture(product.image_url, '', { width: 400, height: 400, loading: 'lazy' }),
      product.in_stock === false ? h('span', { class: 'badge over' }, t('sold_out')) : null),
    h('span', { class: 'product-name', lang: langOf(name) }, name),
    h('span', { class: 'product-line' },
      h('b', { class: 'price' }, price(product.price)),
      product.sales ? h('span', { class: 'faint' }, t('sold', count(product.sales))) : null));
}

/** Which of a product's SKUs it is, in words. */
export function choiceOf(sku) {
  const words = Object.values(attributesOf(sku)).join(' · ');
  return h('span', { class: 'faint', lang: langOf(words) }, words);
}

/** A list that goes on: `page(cursor)` answers {items, next_cursor}. The way back to it shows as much of it as before. */
export function pages(first, page, list, card) {
  const box = h('div', { class: 'pages' }, list);
  const grow = ({ items, next_cursor: cursor }) => {
    list.append(...items.map(card));
    box.querySelector('.more')?.remove();
    if (!cursor) return;
    const button = h('button', { type: 'button', class: 'quiet more', onclick: next }, t('more'));
    async function next() {
      button.disabled = true;
      try {
        const later = await page(cursor);
        keptHere().push(later);
        grow(later);
      } catch (fault) {
        button.disabled = false;
        button.textContent = t('retry');
        if (!(fault instanceof Problem) && fault.name !== 'AbortError') throw fault;
      }
    }
    box.append(button);
  };
  [first, ...keptHere()].forEach(grow);
  return box;
}

const SETTLES_MS = 500;

/** A sheet from below, with a heading and a way to close it, the way back among them. The browser keeps the focus inside.
 *  It takes no tap until it has settled: the second tap of two would hit what has just opened under the finger. */
export function sheet(title, ...content) {
  const dialog = h('dialog', { class: 'sheet settling', 'aria-labelledby': 'sheet-title' },
    h('div', { class: 'sheet-head' }, h('h2', { id: 'sheet-title' }, title), signButton('close', t('close'), () => dialog.close())),
    h('div', { class: 'sheet-body' }, content));
  const closed = layer(() => dialog.close());
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog && !dialog.classList.contains('settling')) dialog.close();
  });
  (document.querySelector('#screen > .mini') ?? document.getElementById('stage')).append(dialog); // in the mini program's colour
  dialog.showModal();
  setTimeout(() => dialog.classList.remove('settling'), SETTLES_MS);
  return dialog;
}

/** Asks before what cannot be taken back: `yes` names it, and `run` does it and answers whether it was done. */
export function confirmSheet(title, hint, yes, run) {
  const dialog = sheet(title, h('p', {}, hint), h('div', { class: 'actions' },
    h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, t('not_now')),
    h('button', { type: 'button', class: 'primary', onclick: oneAtATime(async () => { if (await run()) dialog.close(); }) }, yes)));
  return dialog;
}

/** A listener for a button or form that lets no second tap in until `run` is over; its button is off for that time. */
export function oneAtATime(run) {
  return async (event) => {
    event.preventDefault();
    const from = event.currentTarget;
    const button = from.matches('form') ? from.querySelector('button:not([type])') : from;
    if (button.disabled) return;
    button.disabled = true;
    try {
      await run(event);
    } finally {
      button.disabled = false;
    }
  };
}

/** A short word that goes away by itself. */
export function toast(text) {
  document.querySelector('.toast')?.remove();
  const note = h('div', { class: 'toast', role: 'status' }, text);
  document.getElementById('stage').append(note);
  setTimeout(() => note.remove(), 3500);
}

/** What to say of a problem in one line. */
export function inWords(problem) {
  if (problem.status === 0 && !navigator.onLine) return t('offline');
  if (problem.status === 0 || problem.status >= 500) return t('wrong_away');
  return tOr(problem.code, t('wrong_other'));
}

const handed = new Map();

/** A product page that came with a click, for the screen that follows. */
export function handedOver(miniProgram, product) {
  return handed.get(`${miniProgram}/${product}`) ?? null;
}

/** Open what a click, a scan or a search result leads to: the viewer enters the mini program by `surface`. */
export function openTarget(target, clickId, surface) {
  const { mini_program_id: miniProgram, product, available, reason, instead } = target;
  if (available === false) toast(tOr(`target_${reason}`, t('wrong_missing')));
  if (!miniProgram || (available === false && instead?.page === 'entrance')) {
    go('/programs');
    return;
  }
  enter(miniProgram, surface, clickId);
  if (product) {
    handed.set(`${miniProgram}/${product.product_id}`, product);
    go(`/m/${miniProgram}/p/${product.product_id}`);
  } else {
    go(`/m/${miniProgram}`);
  }
}
