// Makes elements. Text goes in as text nodes and never as markup, so that nothing a shop writes can become code.

const SVG = 'http://www.w3.org/2000/svg';

/** An element. `props`: `on…` are listeners, `class`, `data-…`, `aria-…` and the like are attributes; null and false
 *  are left out, true is an empty attribute. Children: nodes, texts, lists of them; null and false are left out. */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function s(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Puts these into the element, in place of what was there. */
export function put(element, ...children) {
  element.replaceChildren(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const ICONS = {
  home: 'M4 11.5 12 5l8 6.5V19a1 1 0 0 1-1 1h-4.5v-5.5h-5V20H5a1 1 0 0 1-1-1z',
  grid: 'M5 5h5.5v5.5H5zM13.5 5H19v5.5h-5.5zM5 13.5h5.5V19H5zM16.25 13.3v5.9M13.3 16.25h5.9',
  scan: 'M4 8.5V5.5A1.5 1.5 0 0 1 5.5 4h3M15.5 4h3A1.5 1.5 0 0 1 20 5.5v3M20 15.5v3a1.5 1.5 0 0 1-1.5 1.5h-3M8.5 20h-3A1.5 1.5 0 0 1 4 18.5v-3M4 12h16',
  person: 'M12 12a3.7 3.7 0 1 0 0-7.4 3.7 3.7 0 0 0 0 7.4zM4.8 20c.6-3.7 3.4-5.6 7.2-5.6s6.6 1.9 7.2 5.6',
  search: 'M10.8 17.6a6.8 6.8 0 1 0 0-13.6 6.8 6.8 0 0 0 0 13.6zM16 16l4.2 4.2',
  back: 'M14.5 5 7.5 12l7 7',
  close: 'M6 6l12 12M18 6 6 18',
  heart: 'M12 19.8S4 15 4 9.5C4 6.9 6 5 8.3 5c1.6 0 3 .9 3.7 2.3C12.7 5.9 14.1 5 15.7 5 18 5 20 6.9 20 9.5c0 5.5-8 10.3-8 10.3z',
  share: 'M13.5 5.5 20 11l-6.5 5.5V13C9 13 6 14.3 4 18c.5-5 3.5-8.5 9.5-9z',
  cart: 'M4 5h2.2l1.9 9.5h9.3L19.5 8H7M9.3 19.2h.01M16 19.2h.01',
  store: 'M5 10.5V19h14v-8.5M4 9.5 5.5 5h13L20 9.5a2.7 2.7 0 0 1-5.3 0 2.7 2.7 0 0 1-5.4 0A2.7 2.7 0 0 1 4 9.5z',
  list: 'M6 4.5h12a1 1 0 0 1 1 1V20l-2.3-1.5L14.3 20 12 18.5 9.7 20l-2.4-1.5L5 20V5.5a1 1 0 0 1 1-1zM8.5 9h7M8.5 13h7',
  play: 'M8 5.5v13l10.5-6.5z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  globe: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM4 12h16M12 4c2.5 2.3 3.5 5 3.5 8s-1 5.7-3.5 8c-2.5-2.3-3.5-5-3.5-8s1-5.7 3.5-8z',
  camera: 'M4 8.5h3.5L9 6h6l1.5 2.5H20V18H4zM12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
};

/** A drawn sign; says nothing to a screen reader, so its button needs a name. */
export function icon(name) {
  return s('svg', { viewBox: '0 0 24 24', class: `icon icon-${name}`, 'aria-hidden': 'true' }, s('path', { d: ICONS[name] }));
}

/** Our own address for a picture of the platform's: everything comes through our server. */
export function pictureAddress(url, host) {
  if (!url) return null;
  const { pathname, search } = new URL(url, location.origin);
  return pathname.startsWith('/v1/') ? `/api/${host}${pathname.slice(3)}${search}` : pathname;
}

/** A picture with its space kept; `alt` empty where the text next to it says the same. */
export function picture(url, alt, props = {}) {
  const image = h('img', { src: pictureAddress(url), alt, decoding: 'async', draggable: 'false', ...props });
  image.addEventListener('error', () => image.classList.add('missing'), { once: true });
  return image;
}
