// The share sheet: the round code and a plain QR code as pictures to save, and the link.

import { HOST, inside } from './api.js';
import { h, pictureAddress, put } from './dom.js';
import { nameOf, t } from './i18n.js';
import { load, sheet } from './parts.js';
import { announce } from './router.js';

const WIDTH = 640;

export function shareSheet(product, signal) {
  const box = h('div', { class: 'share' });
  sheet(t('share_title'), box);
  const path = `/products/${encodeURIComponent(product.product_id)}/share-codes`;
  load(box, () => inside(product.mini_program_id, 'POST', path, { body: { width: WIDTH }, signal }), (code) => show(product, code),
    h('div', { class: 'bone bone-code' }));
}

function show(product, code) {
  const name = nameOf(product);
  const looks = [
    { words: t('round_code'), url: code.image_url, alt: t('code_picture', name), file: `${code.code}.png` },
    { words: t('qr_code'), url: code.qr_url, alt: t('qr_picture', name), file: `${code.code}-qr.png` },
  ];
  const frame = h('div', { class: 'code-frame' });
  const save = h('a', { class: 'primary' }, t('save_picture'));
  const copy = h('button', { type: 'button', class: 'quiet', onclick: async () => {
    await navigator.clipboard.writeText(code.link);
    copy.textContent = t('copied');
    announce(t('copied'));
  } }, t('copy_link'));
  const buttons = looks.map((look) => h('button', { type: 'button', class: 'shelf', onclick: () => turn(look) }, look.words));
  function turn(look) {
    const address = pictureAddress(look.url, HOST);
    buttons.forEach((button, at) => button.setAttribute('aria-pressed', String(looks[at] === look)));
    put(frame, h('img', { src: address, alt: look.alt, width: WIDTH, height: WIDTH }));
    save.href = address;
    save.download = look.file;
  }
  turn(looks[0]);
  return [h('div', { class: 'shelves center', role: 'group', 'aria-label': t('share_title') }, buttons), frame,
    h('p', { class: 'faint center' }, t('share_hint')),
    h('div', { class: 'stack' }, save, navigator.clipboard ? copy : null)];
}
