// The calls of this page to its own server, which passes them on to the gateway with tokens that never come here.

export const HOST = document.documentElement.dataset.host;

/** An answer that is not a success: the problem document's `code`, `detail`, `errors`; status 0 when there was no answer. */
export class Problem extends Error {
  constructor(status, document = {}) {
    super(document.detail ?? 'no answer');
    this.status = status;
    this.code = document.code ?? 'no_answer';
    this.errors = document.errors ?? [];
  }
}

/** A call; answers the JSON. Raises Problem, or AbortError when the screen has been left. A change reaches the platform all the
 *  same, also when the whole page is left or reloaded while it is on its way. */
export async function call(method, path, { body, headers = {}, signal } = {}) {
  const isJson = body !== undefined && !(body instanceof Blob);
  const isChange = method !== 'GET' && !(body instanceof Blob);
  let answer;
  try {
    answer = await fetch(`/api/${HOST}${path}`, {
      method,
      signal: isChange ? undefined : signal,
      keepalive: isChange,
      headers: isJson ? { 'Content-Type': 'application/json', ...headers } : headers,
      body: isJson ? JSON.stringify(body) : body,
    });
  } catch (fault) {
    if (fault.name === 'AbortError') throw fault;
    throw new Problem(0);
  }
  const content = answer.status === 204 ? null : await answer.json().catch(() => ({}));
  signal?.throwIfAborted();
  if (!answer.ok) throw new Problem(answer.status, content);
  return content;
}

const entering = new Map();

/** The viewer enters a mini program by `surface`, with the click that led there. Calls inside wait for it. */
export function enter(miniProgram, surface, clickId) {
  const body = { mini_program_id: miniProgram, surface, ...(clickId ? { click_id: clickId } : {}) };
  const entered = call('POST', '/sessions', { body });
  entering.set(miniProgram, entered.catch(() => null)); // the call that follows says what is wrong
  return entered;
}

/** A call inside a mini program, made as its viewer. */
export async function inside(miniProgram, method, path, options) {
  await entering.get(miniProgram);
  return call(method, `/mini-programs/${encodeURIComponent(miniProgram)}${path}`, options);
}

/** A key for one attempt of a call that must happen once, however often it is sent. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The header that makes a call happen once for each body, however often it is sent: without an answer, it may have been taken. */
export function keysByBody() {
  const keys = new Map();
  return (body) => {
    const same = JSON.stringify(body);
    if (!keys.has(same)) keys.set(same, newKey());
    return { 'Idempotency-Key': keys.get(same) };
  };
}

/** The order now, and again at each change, until `signal` ends it. Falls back to asking when the stream is refused. */
export function watchOrder(miniProgram, orderId, onOrder, signal, onLive = () => {}) {
  const path = `/mini-programs/${encodeURIComponent(miniProgram)}/orders/${encodeURIComponent(orderId)}`;
  const stream = new EventSource(`/api/${HOST}${path}/events`);
  let asking = null;
  stream.addEventListener('order', (event) => {
    onLive(true);
    onOrder(JSON.parse(event.data));
  });
  stream.addEventListener('error', () => {
    onLive(false);
    if (stream.readyState !== EventSource.CLOSED || asking) return;
    asking = setInterval(() => call('GET', path, { signal }).then(onOrder, () => {}), 3000);
  });
  signal.addEventListener('abort', () => {
    stream.close();
    clearInterval(asking);
  });
}
