// An address as a form, used when ordering and in the account.

import { h } from './dom.js';
import { LANG, t } from './i18n.js';
import { regionPicker } from './regions.js';

const DEMO_ADDRESS = {
  zh: { recipient: '林小满', phone: '13800001234', region: '浙江省杭州市西湖区', street: '湖滨路 1 号' },
  en: { recipient: 'Lin Xiaoman', phone: '13800001234', region: 'Xihu District, Hangzhou, Zhejiang', street: '1 Hubin Road' },
};
const AUTOCOMPLETE = { recipient: 'name', phone: 'tel', region: 'address-level1', street: 'street-address' };

/** An address to try with. */
export function demoAddress() {
  return DEMO_ADDRESS[LANG];
}

/** Fields for an address; the region can be chosen too. */
export function addressFields(address) {
  return Object.keys(AUTOCOMPLETE).map((name) => {
    const input = h('input', {
      name, value: address?.[name] ?? '', required: true, autocomplete: AUTOCOMPLETE[name],
      maxlength: name === 'phone' ? '25' : '120', type: name === 'phone' ? 'tel' : 'text',
      pattern: name === 'phone' ? '\\+?[0-9][0-9 \\-]{4,24}' : null, title: name === 'phone' ? t('invalid_phone') : null,
    });
    const field = h('label', { class: 'field' }, h('span', {}, t(name)), input);
    return name === 'region' ? [field, h('div', { class: 'region' }, regionPicker(input))] : field;
  });
}

/** What the fields of this form hold. */
export function readAddress(form) {
  return Object.fromEntries(Object.keys(AUTOCOMPLETE).map((name) => [name, form.elements[name].value.trim()]));
}

/** An address in one line. */
export function addressLine(address) {
  return `${address.recipient} ${address.phone} · ${address.region} ${address.street}`;
}
