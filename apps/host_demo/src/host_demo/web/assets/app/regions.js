// China's provinces, cities and districts, to be chosen instead of typed. A region elsewhere is typed.

import { h, put } from './dom.js';
import { LANG, t } from './i18n.js';

const [CHINESE, ENGLISH, PARTS] = [0, 1, 2];
const LEVELS = ['province', 'city', 'district'];
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

/** A button that opens three lists under the field; what is chosen stands in the field, which can still be edited. */
export function regionPicker(field) {
  const lists = h('div', { class: 'region-lists', hidden: true });
  const button = h('button', { type: 'button', class: 'plain', 'aria-expanded': 'false', onclick: toggle }, t('choose_region'));
  return [button, lists];

  async function toggle() {
    const opens = lists.hidden;
    if (opens && !lists.childElementCount) {
      try {
        put(lists, level(0, await divisions(), []));
      } catch {
        return put(lists, h('p', { class: 'faint' }, t('no_regions')));
      } finally {
        show(true);
      }
      lists.querySelector('select').focus();
      return undefined;
    }
    return show(opens);
  }

  function show(visible) {
    lists.hidden = !visible;
    button.setAttribute('aria-expanded', String(visible));
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
      field.value = inWords(path);
      field.dispatchEvent(new Event('input', { bubbles: true }));
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
