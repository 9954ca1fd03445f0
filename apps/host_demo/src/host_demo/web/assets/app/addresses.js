// An address as a form, used when ordering and in the account.

import { h } from './dom.js';
import { LANG, t } from './i18n.js';

const DEMO_ADDRESS = {
  zh: { recipient: '林小满', phone: '13800001234', region: '浙江省杭州市', street: '湖滨路 1 号' },
  en: { recipient: 'Lin Xiaoman', phone: '13800001234', region: 'Hangzhou, Zhejiang', street: '1 Hubin Road' },
};
const AUTOCOMPLETE = { recipient: 'name', phone: 'tel', region: 'address-level1', street: 'street-address' };

/** An address to try with. */
export function demoAddress() {
  return DEMO_ADDRESS[LANG];
}

/** Fields for an address. */
export function addressFields(address) {
  return Object.keys(AUTOCOMPLETE).map((name) => h('label', { class: 'field' },
    h('span', {}, t(name)),
    h('input', {
      name, value: address?.[name] ?? '', required: true, autocomplete: AUTOCOMPLETE[name],
      maxlength: name === 'phone' ? '25' : '120', type: name === 'phone' ? 'tel' : 'text',
      pattern: name === 'phone' ? '\\+?[0-9][0-9 \\-]{4,24}' : null, title: name === 'phone' ? t('invalid_phone') : null,
    })));
}

/** What the fields of this form hold. */
export function readAddress(form) {
  return Object.fromEntries(Object.keys(AUTOCOMPLETE).map((name) => [name, form.elements[name].value.trim()]));
}

/** An address in one line. */
export function addressLine(address) {
  return `${address.recipient} ${address.phone} · ${address.region} ${address.street}`;
}
