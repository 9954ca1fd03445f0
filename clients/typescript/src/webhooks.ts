/** Verifies webhooks with the reference library of Standard Webhooks: install `standardwebhooks` next to this package. */
import { Webhook } from "standardwebhooks";

export { WebhookVerificationError } from "standardwebhooks";

/** What happened. Its `webhook-id` is in the headers; a repeat has the same one. */
export interface Event {
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

/**
 * The event in a delivery, whose `body` is as it was received.
 *
 * Throws WebhookVerificationError if nobody who knows the secret signed it, or long ago.
 */
export function eventOf(body: string, headers: Record<string, string>, secret: string): Event {
  return new Webhook(secret).verify(body, headers) as Event;
}
