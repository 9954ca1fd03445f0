/** What the TypeScript client does by itself, against a platform that this program plays. */
import { strict as assert } from "node:assert";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { answer, type Caller, forAnybody, forClient, pages, Problem } from "anchorage-client";

interface Answer {
  status: number;
  content?: unknown;
  headers?: Record<string, string>;
}

const OK: Answer = { status: 200, content: { items: [], next_cursor: null } };
const UNAVAILABLE: Answer = { status: 503, content: { code: "unavailable", detail: "Away." }, headers: { "Retry-After": "1" } };
const BUSY: Answer = { status: 429, content: { code: "busy", detail: "Later." } };

/** Gives the answers in turn while `play` runs; the requests that came. */
async function playing(answers: Answer[], play: (gateway: string) => Promise<void>): Promise<IncomingMessage[]> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const { status, content, headers } = answers[requests.length - 1] ?? { status: 500 };
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(content));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await play(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return requests;
}

const isProblem = (status: number, code: string) => (error: unknown) =>
  error instanceof Problem && error.status === status && error.code === code;
const token = (number: number, life = 900): Answer => ({ status: 200, content: { access_token: `t${number}`, expires_in: life } });
const list = (caller: Caller) => caller.GET("/v1/owner/orders");
const order = (caller: Caller) =>
  caller.POST("/v1/mini-programs/{mini_program_id}/orders", {
    params: { path: { mini_program_id: "demoshop01" } },
    body: { lines: [{ sku_id: "a", quantity: 1 }] },
  });

test("what can do no harm is tried again, with the same key", async () => {
  const requests = await playing([UNAVAILABLE, OK, UNAVAILABLE, BUSY, { status: 201, content: {} }], async (gateway) => {
    await list(forAnybody(gateway));
    await order(forAnybody(gateway));
  });
  assert.deepEqual(requests.map(({ method }) => method), ["GET", "GET", "POST", "POST", "POST"]);
  const keys = requests.map(({ headers }) => headers["idempotency-key"]);
  assert.deepEqual(keys.slice(0, 2), [undefined, undefined]);
  assert.match(String(keys[2]), /^[0-9a-f-]{36}$/);
  assert.deepEqual(keys.slice(3), [keys[2], keys[2]]);
});

test("what could be done twice, is refused, or would take too long is not", async () => {
  await playing([UNAVAILABLE, { status: 404, content: { code: "not_found" } }, BUSY, UNAVAILABLE], async (gateway) => {
    const body = { name: "WeTalk" };
    await assert.rejects(forAnybody(gateway).POST("/v1/ops/hosts", { body }), isProblem(503, "unavailable"));
    await assert.rejects(list(forAnybody(gateway)), isProblem(404, "not_found"));
    await assert.rejects(list(forAnybody(gateway, { tries: 1, seconds: 30 })), isProblem(429, "busy"));
    await assert.rejects(list(forAnybody(gateway, { tries: 4, seconds: 0 })), isProblem(503, "unavailable"));
  });
});

test("a token is got once, and renewed when it ends or is refused", async () => {
  const refused: Answer = { status: 401, content: { code: "bad_token" } };
  const requests = await playing([token(1), OK, OK, refused, token(2, 20), OK, token(3), OK], async (gateway) => {
    const caller = forClient(gateway, "c", "s");
    await Promise.all([list(caller), list(caller)]);
    await list(caller);
    await list(caller);
  });
  const sent = requests.map(({ headers }) => headers.authorization ?? "");
  assert.deepEqual(sent, ["", "Bearer t1", "Bearer t1", "Bearer t1", "", "Bearer t2", "", "Bearer t3"]);
});

test("a list is read to its end", async () => {
  const first: Answer = { status: 200, content: { items: ["a", "b"], next_cursor: "more" } };
  const requests = await playing([first, { status: 200, content: { items: ["c"], next_cursor: null } }], async (gateway) => {
    const caller = forAnybody(gateway);
    const found: unknown[] = [];
    for await (const one of pages((cursor) => caller.GET("/v1/owner/orders", { params: { query: cursor ? { cursor } : {} } }))) {
      found.push(one);
    }
    assert.deepEqual(found, ["a", "b", "c"]);
  });
  assert.deepEqual(requests.map(({ url }) => url), ["/v1/owner/orders", "/v1/owner/orders?cursor=more"]);
});

test("a problem names the fields that are wrong", async () => {
  const errors = [{ field: "lines[0].quantity", message: "must be at least 1" }];
  await playing([{ status: 422, content: { code: "invalid_content", detail: "Wrong.", errors } }], async (gateway) => {
    await assert.rejects(answer(list(forAnybody(gateway))), (error) => error instanceof Problem && error.errors[0]?.field === errors[0]?.field);
  });
});
