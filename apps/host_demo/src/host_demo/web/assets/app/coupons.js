// The field for a coupon's code, in the cart and on the order sheet.

import { h, put } from './dom.js';
import { price, t, tOr } from './i18n.js';

const MOST_LETTERS = 64;

/** The field with this code in it. `code()` is what is in it, null for nothing; `changed` is called when that becomes another code.
 *  `show` says of a cart or quote whether its coupon applies. */
export function couponField(changed, before = null) {
  const input = h('input', {
    type: 'text', name: 'coupon', value: before ?? '', maxlength: String(MOST_LETTERS), placeholder: t('coupon_hint'),
    autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', enterkeyhint: 'done',
  });
  const button = h('button', { type: 'button', class: 'plain', onclick: press });
  const words = h('p', { class: 'coupon-words', role: 'status' });
  const element = h('div', { class: 'coupon' }, h('label', { class: 'coupon-field' }, h('span', {}, t('coupon')), input), button, words);
  let told = before;
  nameButton(false);

  function code() {
    return input.value.trim() || null;
  }

  input.addEventListener('input', () => {
    put(words);
    nameButton(false);
  });
  input.addEventListener('change', (event) => {
    event.stopPropagation(); // a form around the field hears of it by `changed`
    tell();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault(); // it would send the form
    tell();
  });
  button.addEventListener('mousedown', (event) => event.preventDefault()); // the field would lose the focus and change before the click

  function tell() {
    if (code() === told) return;
    told = code();
    changed();
  }

  function press() {
    if (code() && code() === told) {
      input.value = '';
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }
    if (!code()) input.focus();
    tell();
  }

  function nameButton(isRemoving) {
    button.textContent = t(isRemoving ? 'remove' : 'coupon_use');
    button.setAttribute('aria-label', t(isRemoving ? 'coupon_remove' : 'coupon_use_this'));
  }

  function show({ coupon_code: shown, coupon_refusal: refusal, discount }) {
    if (document.activeElement === input && code() !== told) return; // the viewer is typing another one
    told = shown;
    input.value = shown ?? '';
    nameButton(Boolean(shown));
    element.classList.toggle('refused', Boolean(refusal));
    put(words, refusal ? refused(refusal) : shown ? t('coupon_applies', price(discount)) : null);
  }

  return { element, code, show };
}

/** Why a coupon does not apply. */
function refused({ code, minimum }) {
  return minimum ? t('coupon_minimum_is', price(minimum)) : tOr(code, t('wrong_other'));
}
