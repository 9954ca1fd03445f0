// The order sheet, and the way to the cashier.

import { HOST, Problem, inside, keysByBody, newKey } from './api.js';
import { cartChanged } from './carts.js';
import { couponField } from './coupons.js';
import { keepDraft } from './drafts.js';
import { h, picture, put } from './dom.js';
import { langOf, nameOf, price, t } from './i18n.js';
import { choiceOf, inWords, oneAtATime, sheet } from './parts.js';
import { announce, go, link, to } from './router.js';
import { demoAddress, addressFields, addressLine, readAddress } from './addresses.js';

const WAIT_SECONDS = 8;
const MOST = 99;
const GIVEN_UP_AFTER = 8000;
const OPEN = ['placed', 'confirmed', 'awaiting_payment'];

/** The rows of a price: the goods, the discount, the delivery fee and the total. */
export function amountsOf({ subtotal, discount, delivery_fee: fee, total }) {
  const row = (words, amount) => h('p', { class: 'line-between' }, h('span', {}, words), h('span', {}, amount));
  return [
    row(t('subtotal'), price(subtotal)),
    discount.amount ? row(t('discount'), `−${price(discount)}`) : null,
    row(t('delivery'), fee.amount ? price(fee) : t('delivery_free')),
    h('p', { class: 'line-between strong' }, h('span', {}, t('total')), h('b', { class: 'price' }, price(total))),
  ];
}

/** Asks for the address, shows what these lines cost there, places the order, and goes on to the cashier. One line's quantity
 *  can be chosen; the lines of the cart are as they are there, and leave it with the order. A coupon that does not apply is left out. */
export function orderSheet(mp, bought, signal, { fromCart = false, couponCode = null } = {}) {
  const lines = bought.map(({ sku_id, quantity = 1 }) => ({ sku_id, quantity }));
  const error = h('p', { class: 'form-error', role: 'alert' });
  const place = h('button', { class: 'primary wide' }, t('place_order'));
  const amounts = h('div', { class: 'amounts', 'aria-live': 'polite' }, h('div', { class: 'bone bone-line' }), h('div', { class: 'bone bone-line' }));
  const addressBox = h('div', { class: 'address-box' }, h('div', { class: 'bone bone-line' }), h('div', { class: 'bone bone-line' }));
  const coupon = couponField(look, couponCode);
  const couponDraft = fromCart ? null : keepDraft(coupon.element, `coupon:${mp}`);
  const form = h('form', { onsubmit: oneAtATime(submit), class: 'order-form', onchange: look },
    bought.map((line) => h('div', { class: 'order-line' },
      picture(line.image_url, '', { width: 76, height: 76 }),
      h('span', { class: 'program-words' },
        h('b', { lang: langOf(nameOf(line)) }, nameOf(line)),
        choiceOf(line),
        h('span', { class: 'price' }, price(line.unit_price), fromCart ? h('span', { class: 'faint' }, ` × ${line.quantity}`) : null)))),
    fromCart ? null : stepper(),
    h('h3', {}, t('address')), addressBox, coupon.element, amounts, error,
    h('div', { class: 'order-foot' }, place));
  const keyOf = keysByBody();
  let draft = null;
  let isAnother = false;
  let shown = null;
  let asking = null;
  let latest = null;
  let isSubmitting = false;
  sheet(t('confirm_order'), form);
  inside(mp, 'GET', '/account/addresses', { signal }).then(({ items }) => showAddresses(items), () => showAddresses([])).then(look);

  function stepper() {
    const number = h('output', { class: 'quantity' }, '1');
    const step = (by) => {
      lines[0].quantity = Math.min(Math.max(lines[0].quantity + by, 1), Math.min(bought[0].available, MOST));
      number.textContent = String(lines[0].quantity);
      look();
    };
    return h('div', { class: 'line-between', role: 'group', 'aria-label': t('quantity') }, h('span', {}, t('quantity')), h('span', { class: 'stepper' },
      h('button', { type: 'button', 'aria-label': t('less'), onclick: () => step(-1) }, '−'), number,
      h('button', { type: 'button', 'aria-label': t('add_one'), onclick: () => step(1) }, '+')));
  }

  /** Where the goods go, as far as it is known. */
  function destination() {
    const chosen = form.elements.address?.value;
    if (chosen && chosen !== 'new') return { address_id: chosen };
    const region = form.elements.region?.value.trim();
    return region ? { region } : {};
  }

  /** Show what it costs; nothing can be placed before the buyer sees it. */
  function look() {
    place.disabled = true;
    const mine = quote().catch(() => {}).finally(() => { if (latest === mine) place.disabled = isSubmitting; });
    latest = mine;
  }

  /** Asks what it costs, and shows it; the last question counts. Answers the quote. */
  async function quote(where = destination()) {
    const body = { lines, coupon_code: coupon.code(), ...where };
    const mine = asking = inside(mp, 'POST', '/quotes', { body, signal });
    amounts.setAttribute('aria-busy', 'true');
    try {
      const answer = await mine;
      if (asking !== mine) return answer;
      shown = answer;
      put(amounts, amountsOf(answer));
      coupon.show(answer);
      amounts.removeAttribute('aria-busy');
      return answer;
    } catch (fault) {
      if (asking === mine && fault.name !== 'AbortError') put(amounts, h('p', { class: 'faint' }, inWords(fault)));
      throw fault;
    }
  }

  function showAddresses(saved) {
    const fresh = h('div', { class: 'new-address' }, h('p', { class: 'faint' }, t('demo_address')), addressFields(demoAddress()),
      h('label', { class: 'check' }, h('input', { type: 'checkbox', name: 'keep', checked: true }), t('save_address')));
    draft = keepDraft(fresh, `address:${mp}`);
    if (!saved.length) return put(addressBox, fresh);
    const box = h('div', {});
    const show = () => put(box, form.elements.address?.value === 'new' ? fresh : null);
    const choice = (id, words, checked) => h('label', { class: 'address-option' },
      h('input', { type: 'radio', name: 'address', value: id, checked, onchange: show }), h('span', {}, words));
    return put(addressBox, saved.map((one, at) => choice(one.address_id, addressLine(one), at === 0)), choice('new', t('another_address'), false), box);
  }

  async function address() {
    const chosen = form.elements.address?.value;
    if (chosen && chosen !== 'new') return { address_id: chosen };
    const given = readAddress(form);
    if (!form.elements.keep.checked) return { address: given };
    const body = { ...given, is_default: true };
    const saved = await inside(mp, 'POST', '/account/addresses', { body, headers: keyOf(body), signal });
    draft.drop();
    showAddresses([saved]);
    return { address_id: saved.address_id };
  }

  async function submit() {
    error.textContent = '';
    place.textContent = t('placing');
    isSubmitting = true;
    try {
      const where = await address();
      const before = shown?.total.amount;
      const { lines: quoted, total, coupon_code, coupon_refusal: refusal } = await quote(where.address ? { region: where.address.region } : where);
      const obstacle = quoted.find((line) => line.obstacle);
      if (obstacle) return say(`${nameOf(obstacle)} · ${t(`cart_${obstacle.obstacle}`, obstacle.available ?? 0)}`);
      if (before !== total.amount) return say(t('price_changed'));
      const body = { lines, ...where, expected_total: total, return_url: returnAddress(mp), ...(coupon_code && !refusal ? { coupon_code } : {}), ...(fromCart ? { from_cart: true } : {}) };
      const unpaid = isAnother || isTheLast(mp, body) ? null : await unpaidOrder(mp, signal);
      isAnother = false;
      if (unpaid) {
        place.textContent = t('place_order');
        put(error, askFirst(unpaid));
        return undefined;
      }
      const order = await placeOnce(mp, body, signal);
      if (fromCart) cartChanged(mp);
      couponDraft?.drop();
      if (!toCashier(order, place, t('place_order'))) go(`/m/${mp}/orders/${order.order_id}`);
    } catch (fault) {
      if (fault.name === 'AbortError') return undefined;
      if (!(fault instanceof Problem)) throw fault;
      look();
      say(inWords(fault), fault.code === 'too_many_unpaid_orders' ? link(`/m/${mp}/orders?status=awaiting_payment`, { class: 'plain' }, t('see_unpaid')) : null);
    } finally {
      isSubmitting = false;
    }
    return undefined;
  }

  function say(...words) {
    put(error, words);
    announce(error.textContent);
    place.textContent = t('place_order');
  }

  /** There is an unpaid order: a second one is the buyer's to decide. */
  function askFirst(unpaid) {
    const pay = h('button', { type: 'button', class: 'primary', onclick: () => toCashier(unpaid, pay) || go(`/m/${mp}/orders/${unpaid.order_id}`) }, t('pay_that_order'));
    const another = h('button', { type: 'button', class: 'quiet', onclick: () => {
      isAnother = true;
      error.textContent = '';
      form.requestSubmit();
    } }, t('place_another'));
    return [h('span', {}, t('unpaid_here', price(unpaid.total))), h('span', { class: 'actions' }, pay, another)];
  }
}

/** The viewer's newest order here that is not paid yet; null if there is none. */
export async function unpaidOrder(mp, signal, statuses = OPEN) {
  const found = await Promise.all(statuses.map((status) => inside(mp, 'GET', `/orders?status=${status}&limit=1`, { signal })));
  const newestFirst = found.flatMap(({ items }) => items).sort((a, b) => new Date(b.placed_at) - new Date(a.placed_at));
  return newestFirst[0] ?? null;
}

function slotOf(mp) {
  return `order:${HOST}:${mp}`;
}

function lastPlaced(mp) {
  return JSON.parse(sessionStorage.getItem(slotOf(mp)) ?? '{}');
}

/** Whether this is the order that was placed last: it is found, and not placed again. */
function isTheLast(mp, body) {
  return lastPlaced(mp).same === JSON.stringify(body);
}

/** Places this order. The same one again, while it is open, is found and not placed again: the buyer came back from the cashier,
 *  or no answer came. */
async function placeOnce(mp, body, signal) {
  const slot = slotOf(mp);
  const same = JSON.stringify(body);
  const kept = lastPlaced(mp);
  const place = async (key) => {
    sessionStorage.setItem(slot, JSON.stringify({ same, key }));
    try {
      return await inside(mp, 'POST', `/orders?wait=${WAIT_SECONDS}`, { headers: { 'Idempotency-Key': key }, signal, body });
    } catch (fault) {
      if (fault.status && fault.status < 500) sessionStorage.removeItem(slot); // a clear no; without an answer it may have bought
      throw fault;
    }
  };
  if (kept.same !== same) return place(newKey());
  const found = await place(kept.key);
  return OPEN.includes(found.status) ? found : place(newKey());
}

/** Where Alipay sends the buyer back to. */
export function returnAddress(mp) {
  return `${location.origin}${to(`/m/${mp}/paid`)}`;
}

/** Opens the cashier for an order that awaits payment, once however often it is tapped; false when it does not await any.
 *  The button gets its `words` back if the buyer stopped the way there. */
export function toCashier(order, button, words = button.textContent) {
  if (order.status !== 'awaiting_payment' || !order.payment?.cashier_url) return false;
  if (button.dataset.leaving) return true;
  button.dataset.leaving = 'yes';
  button.textContent = t('to_cashier');
  setTimeout(() => {
    delete button.dataset.leaving;
    button.textContent = words;
  }, GIVEN_UP_AFTER);
  sessionStorage.setItem(`paying:${HOST}:${order.mini_program_id}`, order.order_id);
  if (window.top === window) {
    location.assign(order.payment.cashier_url);
  } else { // side by side with the other host: the cashier will not be framed
    window.open(order.payment.cashier_url);
    go(`/m/${order.mini_program_id}/paid`);
  }
  return true;
}
