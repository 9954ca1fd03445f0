import { Problem, problemOf } from "./problems.js";
import type { Tokens } from "./tokens.js";

const IDEMPOTENT = new Set(["GET", "HEAD", "PUT", "DELETE"]);
const KEY = "Idempotency-Key";
const UNAUTHORIZED = 401;
const BUSY = 429;
const UNAVAILABLE = 503;
/** Seconds before the second try; each further pause is twice as long, and at least as long as the platform asks for. */
const FIRST_PAUSE = 0.5;

/** How often a call is tried in all, and the longest pause in seconds before another try. */
export interface Patience {
  tries: number;
  seconds: number;
}

/**
 * A `fetch` that throws Problem for every error answer.
 *
 * A call is tried again when the platform was busy, and also when it was unavailable or the connection failed if a repeat can do
 * no harm: the method is idempotent, or the call has an Idempotency-Key.
 */
export function sender(tokens: Tokens, patience: Patience): (request: Request) => Promise<Response> {
  return async (request) => {
    let pause = FIRST_PAUSE;
    for (let left = patience.tries - 1; ; left--, pause *= 2) {
      let wait = pause;
      try {
        return await authorized(request, tokens);
      } catch (error) {
        if (left <= 0 || !isWorthARepeat(request, error)) throw error;
        if (error instanceof Problem) wait = Math.max(pause, error.retryAfter ?? 0);
        if (wait > patience.seconds) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  };
}

async function authorized(request: Request, tokens: Tokens): Promise<Response> {
  const token = await tokens();
  let response = await send(request, token);
  if (response.status === UNAUTHORIZED && token !== undefined) {
    const other = await tokens(token);
    if (other !== token) response = await send(request, other);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function send(request: Request, token: string | undefined): Promise<Response> {
  const sent = request.clone();
  if (token !== undefined) sent.headers.set("Authorization", `Bearer ${token}`);
  return fetch(sent);
}

function isWorthARepeat(request: Request, error: unknown): boolean {
  const isRepeatable = IDEMPOTENT.has(request.method) || request.headers.has(KEY);
  if (!(error instanceof Problem)) return isRepeatable && !request.signal.aborted;
  return error.status === BUSY || (error.status === UNAVAILABLE && isRepeatable);
}
