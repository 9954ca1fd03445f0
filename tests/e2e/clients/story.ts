/** A sale and its refund, told with the TypeScript client: `node story.js DEMO_JSON`. It prints the order as the owner reads it. */
import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { answer, type Caller, file, forAnybody, forClient, forViewer, pages, Problem, type Schemas } from "anchorage-client";

const SECONDS = 30;
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

async function main(demoFile: string): Promise<void> {
  const demo = JSON.parse(await readFile(demoFile, "utf-8"));
  const gateway: string = demo.gateway;
  const tag = randomBytes(4).toString("hex");
  const operator = forClient(gateway, demo.ops.client_id, demo.ops.client_secret);

  const joined = await answer(operator.POST("/v1/ops/hosts", { body: { name: `WeTalk ${tag}` } }));
  const host = forClient(gateway, joined.client_id, joined.client_secret);
  await host.PUT("/v1/host/settings", { body: { accept: "by_hand" } });
  const contact = { name: "Mei Chen", email: "mei@hillside.example" };
  const application: Schemas["OwnerApplication"] = { name: `Hillside ${tag}`, kind: "brand", contact };
  const applied = await answer(forAnybody(gateway).POST("/v1/owners", { body: application }));
  const owner = forClient(gateway, applied.client_id, applied.client_secret);
  await operator.POST("/v1/ops/owners/{owner_id}/approval", { params: { path: { owner_id: applied.owner_id } } });

  const shop = await openShop(owner, operator, host, joined.host_id, tag);
  const order = await sell(gateway, host, shop, `sku_${tag}`, demo.alipay_sandbox);
  const path = { order_id: order.order_id };
  await owner.POST("/v1/owner/orders/{order_id}/shipments", { params: { path }, body: { carrier: "sf", tracking_number: `SF${tag}` } });
  const refund = { amount: { amount: 2_800, currency: "CNY" as const }, reason: "One tin was dented." };
  await owner.POST("/v1/owner/orders/{order_id}/refunds", { params: { path }, body: refund });

  const read = () => answer(owner.GET("/v1/owner/orders/{order_id}", { params: { path } }));
  await until(async () => (await read()).refunds.some((one) => one.status === "settled"));
  const listed: string[] = [];
  const query = { mini_program_id: shop, limit: 1 };
  for await (const one of pages((cursor) => owner.GET("/v1/owner/orders", { params: { query: { ...query, ...(cursor && { cursor }) } } }))) {
    listed.push(one.order_id);
  }
  assert.deepEqual(listed, [order.order_id]);
  console.log(JSON.stringify(await read()));
}

/** A shop with one product, in the host. */
async function openShop(owner: Caller, operator: Caller, host: Caller, hostId: string, tag: string): Promise<string> {
  const picture = await answer(owner.POST("/v1/owner/media", file(PICTURE, "image/png")));
  const draft = {
    name: `Hillside ${tag}`,
    category: "ecommerce" as const,
    logo_url: picture.url,
    requested_hosts: [hostId],
    categories: [{ category_id: "green", name: "Green tea" }],
  };
  const shop = (await answer(owner.POST("/v1/owner/mini-programs", { body: draft }))).mini_program_id;
  const path = { mini_program_id: shop };
  const submitted = await answer(owner.POST("/v1/owner/mini-programs/{mini_program_id}/versions", { params: { path }, body: { note: "The first." } }));
  const version = { version_id: submitted.version_id };
  await operator.POST("/v1/ops/reviews/{version_id}/approval", { params: { path: version } });
  await soon(() => owner.POST("/v1/owner/mini-programs/{mini_program_id}/versions/{version_id}/release", { params: { path: { ...path, ...version } } }));
  await host.POST("/v1/host/mini-programs/{mini_program_id}/acceptance", { params: { path }, body: {} });
  const sku = { sku_id: `sku_${tag}`, price: { amount: 12_800, currency: "CNY" as const }, initial_stock: 10 };
  await owner.PUT("/v1/owner/mini-programs/{mini_program_id}/products/{product_id}", {
    params: { path: { ...path, product_id: `p_${tag}` } },
    body: { title: "Longjing", category_id: "green", images: [picture.url], skus: [sku] },
  });
  return shop;
}

/** A viewer's order, paid. */
async function sell(gateway: string, host: Caller, shop: string, skuId: string, alipay: string): Promise<Schemas["OrderView"]> {
  const visit = { mini_program_id: shop, host_user_id: "mei", entry: { surface: "direct" as const } };
  const session = await soon(() => answer(host.POST("/v1/sessions", { body: visit })));
  const viewer = forViewer(gateway, session.session_token);
  const address = { recipient: "Mei Lin", phone: "13900001111", region: "Zhejiang", street: "East Lake 8" };
  const path = { mini_program_id: shop };
  const header = { "Idempotency-Key": randomBytes(8).toString("hex") };
  const wanted = { lines: [{ sku_id: skuId, quantity: 1 }], address };
  const place = () => answer(viewer.POST("/v1/mini-programs/{mini_program_id}/orders", { params: { path, header, query: { wait: 10 } }, body: wanted }));
  const order = await soon(place);
  assert.equal((await place()).order_id, order.order_id, "the key makes one order of two calls");
  await assert.rejects(
    host.GET("/v1/mini-programs/{mini_program_id}/orders", { params: { path } }),
    (error) => error instanceof Problem && error.status === 403 && error.code === "wrong_scope",
  );
  const read = () =>
    answer(viewer.GET("/v1/mini-programs/{mini_program_id}/orders/{order_id}", { params: { path: { ...path, order_id: order.order_id } } }));
  const link = await until(async () => (await read()).payment?.cashier_url);
  await fetch(`${alipay}/sandbox/pay`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ cashier_url: link }),
  });
  await until(async () => (await read()).status === "paid");
  return read();
}

/** The first answer that is true. */
async function until<T>(condition: () => Promise<T | null | undefined | false>): Promise<T> {
  const deadline = Date.now() + SECONDS * 1000;
  for (;;) {
    const found = await condition();
    if (found) return found;
    assert(Date.now() < deadline, "it did not come about");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The answer to a call whose service may not have heard yet of what was changed before. */
async function soon<T>(call: () => Promise<T>): Promise<T> {
  let last: unknown;
  const succeeds = () => call().then((found) => ({ found }), (error: unknown) => void (last = error));
  return (await until(succeeds).catch(() => Promise.reject(last))).found;
}

await main(process.argv[2] ?? "demo.json");
