/** Client of Anchorage's HTTP API. The calls and their types are those of the OpenAPI document. */
import createClient, { type Client } from "openapi-fetch";
import { keyed } from "./generated/keyed.js";
import type { components, paths } from "./generated/schema.js";
import { type Patience, sender } from "./sending.js";
import { clientCredentials, type Tokens } from "./tokens.js";

export { Problem, type WrongField } from "./problems.js";
export type { components, paths };
/** The models by their names: `Schemas["OrderView"]`. */
export type Schemas = components["schemas"];
/** Makes calls, such as `caller.GET("/v1/owner/orders")`. Every error answer rejects with Problem. */
export type Caller = Client<paths>;

const PATIENCE: Patience = { tries: 4, seconds: 30 };

/** Acts for a host, owner, creator or operator. It gets its token by itself and renews it. */
export function forClient(gateway: string, clientId: string, clientSecret: string, patience = PATIENCE): Caller {
  return caller(gateway, clientCredentials(gateway, clientId, clientSecret), patience);
}

/** Acts for a viewer in one mini program, with the token that `POST /v1/sessions` gave to the host. */
export function forViewer(gateway: string, sessionToken: string, patience = PATIENCE): Caller {
  return caller(gateway, async () => sessionToken, patience);
}

/** Makes public calls only. */
export function forAnybody(gateway: string, patience = PATIENCE): Caller {
  return caller(gateway, async () => undefined, patience);
}

/** The content of the answer to a call. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

/** All items of a list, page by page. `GET /v1/owner/events` has no last page: it goes on with what happens next. */
export async function* pages<T>(
  page: (cursor?: string) => Promise<{ data?: { items: T[]; next_cursor?: string | null } }>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await answer(page(cursor));
    yield* items;
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
}

/** The body and header of a call that sends a file: `caller.POST(path, { ...file(picture, "image/png") })`. */
export function file(content: BodyInit, contentType: string) {
  // the generated types know a file as a string
  return { body: content as string, bodySerializer: (body: unknown) => body as BodyInit, headers: { "Content-Type": contentType } };
}

function caller(gateway: string, tokens: Tokens, patience: Patience): Caller {
  const client = createClient<paths>({ baseUrl: gateway, fetch: sender(tokens, patience) });
  client.use({
    onRequest({ request, schemaPath }) {
      if (keyed.has(`${request.method} ${schemaPath}`) && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", crypto.randomUUID());
      }
    },
  });
  return client;
}
