// The "Mini Program" entrance.

import { call, enter } from './api.js';
import { h, icon, picture } from './dom.js';
import { langOf, nameOf, said, t } from './i18n.js';
import { empty, load, pages, skeleton } from './parts.js';
import { link } from './router.js';

export function programsScreen({ signal }) {
  const box = h('div', { class: 'body' });
  load(box, () => call('GET', '/entry/mini-programs?limit=50', { signal }), shelves, skeleton('row'));
  return h('section', { class: 'host-screen scrolls' },
    h('header', { class: 'host-head large' },
      h('div', {}, h('h1', {}, t('programs')), h('p', { class: 'faint' }, t('programs_lead'))),
      link('/search', { class: 'sign-button', 'aria-label': t('search') }, icon('search'))),
    box);
}

function shelves({ items }) {
  if (!items.length) return empty(t('no_programs'), t('no_videos_hint'));
  const shops = items.filter((item) => item.category !== 'game');
  const games = items.filter((item) => item.category === 'game');
  return [[t('shops'), shops], [t('games'), games]].filter(([, list]) => list.length).map(([title, list]) =>
    h('section', {}, h('h2', { class: 'section-title' }, title),
      pages({ items: list, next_cursor: null }, null, h('ul', { class: 'rows' }), (item) => h('li', {}, programRow(item)))));
}

/** A mini program in a list; `click` gives the click that opens it, where there is one to report. */
export function programRow(program, { surface = 'mini_program_entry', onOpen = null, large = false } = {}) {
  const [name, slogan, owner] = [nameOf(program), said(program, 'slogan'), nameOf(program.owner)];
  const open = onOpen ?? (() => { enter(program.mini_program_id, surface); });
  return link(`/m/${program.mini_program_id}`, { class: large ? 'program large' : 'program', onclick: open, 'data-program': program.mini_program_id },
    picture(program.logo_url, '', { width: 56, height: 56, class: 'logo' }),
    h('span', { class: 'program-words' },
      h('b', { lang: langOf(name) }, name),
      h('span', { class: 'faint', lang: langOf(slogan) }, slogan),
      h('span', { class: 'badges' },
        h('span', { class: 'badge' }, large ? `${t('mini_program')} · ${t(program.owner.kind)}` : t(program.owner.kind)),
        h('span', { class: 'faint', lang: langOf(owner) }, owner),
        program.sponsored ? h('span', { class: 'badge ad' }, t('sponsored')) : null)),
    h('span', { class: 'pill' }, t('enter')));
}
