// What the viewer has typed into a form and not sent is kept while the tab is open.

import { HOST } from './api.js';

/** Fills the text fields of `form` as they were left, and keeps them as `name` from here on. `drop()` forgets them. */
export function keepDraft(form, name) {
  const key = `draft:${HOST}:${name}`;
  const fields = [...form.querySelectorAll('input[type=text], input[type=tel], input[type=number]')];
  const kept = JSON.parse(sessionStorage.getItem(key) ?? '{}');
  for (const field of fields) field.value = kept[field.name] ?? field.value;
  form.addEventListener('input', () => {
    const typed = fields.filter((field) => field.isConnected).map((field) => [field.name, field.value]);
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(typed)));
  });
  return { drop: () => sessionStorage.removeItem(key) };
}
