import { problemOf } from "./problems.js";

/** Milliseconds before its end at which a token is renewed, so that no call arrives with one that has just ended. */
const EARLY = 30_000;

/** Gives the token of the next call. `refused` is one that the platform did not take. */
export type Tokens = (refused?: string) => Promise<string | undefined>;

/** Access tokens for a client's secret (RFC 6749, section 4.4), renewed before they end. Throws Problem if the secret is refused. */
export function clientCredentials(gateway: string, clientId: string, clientSecret: string): Tokens {
  let current: { token: string; renewAt: number } | undefined;
  let renewing: Promise<string> | undefined;

  async function renew(): Promise<string> {
    const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
    const response = await fetch(`${gateway}/v1/token`, { method: "POST", body: new URLSearchParams(form) });
    if (!response.ok) throw await problemOf(response);
    const answer = (await response.json()) as { access_token: string; expires_in: number };
    current = { token: answer.access_token, renewAt: Date.now() + answer.expires_in * 1000 - EARLY };
    return current.token;
  }

  return async (refused) => {
    if (current && current.token !== refused && Date.now() < current.renewAt) return current.token;
    renewing ??= renew().finally(() => (renewing = undefined));
    return renewing;
  };
}
