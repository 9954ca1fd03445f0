// China's provinces, cities and districts, to be chosen instead of typed. A region elsewhere is typed.

import { h, put } from './dom.js';
import { LANG, t } from './i18n.js';

const [CHINESE, ENGLISH, PARTS] = [0, 1, 2];
const LEVELS = ['province', 'city', 'district'];
const HAN = /\p{Script=Han}/u;
const SUFFIXES = /[省市区县\s]/g;
const MOST_FOUND = 8;
let loading = null;

/** The divisions; asked for once, when somebody first wants to choose. A failed request is repeated by the next. */
function divisions() {
  loading ??= fetch(new URL('../divisions.json', import.meta.url)).then((answer) => {
    if (!answer.ok) throw new Error(`divisions: ${answer.status}`);
    return answer.json();
  }).catch((fault) => {
    loading = null;
    throw fault;
  });
  return loading;
}

/** A button that opens a search and three lists under the field; what is chosen stands in the field, which can still be edited. */
export function regionPicker(field) {
  const lists = h('div', { class: 'region-lists', hidden: true });
  const button = h('button', { type: 'button', class: 'plain', 'aria-expanded': 'false', onclick: toggle }, t('choose_region'));
  return [button, lists];

  async function toggle() {
    const opens = lists.hidden;
    if (opens && !lists.childElementCount) {
      try {
        const all = await divisions();
        put(lists, search(all), level(0, all, []));
      } catch {
        return put(lists, h('p', { class: 'faint' }, t('no_regions')));
      } finally {
        show(true);
      }
      lists.querySelector('input').focus();
      return undefined;
    }
    return show(opens);
  }

  function show(visible) {
    lists.hidden = !visible;
    button.setAttribute('aria-expanded', String(visible));
  }

  function choosePath(path) {
    field.value = inWords(path);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** A field that finds divisions of each level by their names; Enter takes the first. */
  function search(all) {
    const found = h('ul', { class: 'rows region-found' });
    const take = (path) => {
      choosePath(path);
      show(false);
      button.focus();
    };
    const look = () => {
      const text = input.value.trim();
      const paths = text ? pathsLike(all, text) : [];
      put(found, paths.map((path) => h('li', {}, h('button', { type: 'button', class: 'region-one', onclick: () => take(path) },
        inWords(path), LANG === 'en' ? h('span', { class: 'faint', lang: 'zh' }, path.at(-1)[CHINESE]) : null))),
      text && !paths.length ? h('li', { class: 'faint', role: 'status' }, t('no_region_found', text)) : null);
    };
    const input = h('input', { type: 'search', 'aria-label': t('search_region'), placeholder: t('search_region'), autocomplete: 'off', maxlength: '40', oninput: look,
      onkeydown: (event) => {
        if (event.key !== 'Enter' || event.isComposing) return;
        event.preventDefault();
        found.querySelector('button')?.click();
      } });
    return [input, found];
  }

  /** The list of one level, and behind it those of the levels below, once something is chosen. */
  function level(depth, choices, above) {
    const below = h('div', { class: 'region-lists' });
    const select = h('select', { 'aria-label': t(LEVELS[depth]), onchange: choose },
      h('option', { value: '' }, t(LEVELS[depth])), choices.map((one, at) => h('option', { value: String(at) }, label(one))));
    return [select, below];

    function choose() {
      const chosen = choices[Number(select.value)];
      if (select.value === '') return put(below);
      const path = [...above, chosen];
      choosePath(path);
      return put(below, chosen[PARTS]?.length ? level(depth + 1, chosen[PARTS], path) : null);
    }
  }
}

function label(one) {
  return LANG === 'zh' ? one[CHINESE] : `${one[ENGLISH]} ${one[CHINESE]}`;
}

/** 北京市东城区, or "Dongcheng District, Beijing": a city that is its own province stands once. */
function inWords(path) {
  const names = path.map((one) => one[LANG === 'zh' ? CHINESE : ENGLISH]).filter((name, at, all) => name !== all[at - 1]);
  return LANG === 'zh' ? names.join('') : names.reverse().join(', ');
}

/** The divisions that a text names, at most MOST_FOUND, each as the path from its province: 西湖, 杭州西湖, xihu, "hangzhou xi".
 *  Those named by their own name come first, and larger ones before smaller ones. */
function pathsLike(all, text) {
  const isNamed = HAN.test(text) ? namedInChinese(text) : namedInEnglish(text);
  const found = [];
  const look = (choices, above) => {
    for (const one of choices) {
      const path = [...above, one];
      if (isNamed(path)) found.push({ path, rank: (isNamed([one]) ? 0 : LEVELS.length) + path.length });
      look(one[PARTS] ?? [], path);
    }
  };
  look(all, []);
  return found.sort((a, b) => a.rank - b.rank).slice(0, MOST_FOUND).map(({ path }) => path);
}

function namedInChinese(text) {
  const wanted = text.replace(SUFFIXES, '');
  return (path) => wanted !== '' && path.map((one) => one[CHINESE]).join('').replace(SUFFIXES, '').includes(wanted);
}

/** Each word of the text begins a name of the path: the smallest one's is among them. */
function namedInEnglish(text) {
  const wanted = text.toLowerCase().replace(/['’]/g, '').split(/[^a-z]+/).filter(Boolean);
  const begins = (one, word) => {
    const name = one[ENGLISH].toLowerCase();
    return name.replace(/[^a-z]/g, '').startsWith(word) || name.split(/[^a-z]+/).some((part) => part.startsWith(word));
  };
  return (path) => wanted.length > 0 && wanted.every((word) => path.some((one) => begins(one, word))) && wanted.some((word) => begins(path.at(-1), word));
}
