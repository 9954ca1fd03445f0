"""`anchorage demo`: plays the README's story as a host app: it uses only the gateway and the sandbox's buyer.

Ends with the trace of one order, from the anchor's click to the payment, across Kafka.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from anchorage_cli.installation import installation, read_demo
from anchorage_cli.output import print_json
from anchorage_cli.trace import spans_of, tree
from contracts.checkout import OrderPaid
from contracts.money import yuan

Json = dict[str, Any]
TRACE_WAIT_SECONDS = 20
ADDRESS = {"recipient": "林小满", "phone": "13800001234", "region": "浙江省杭州市", "street": "湖滨路 1 号"}


class StepFailed(Exception):
    """A call did not answer as the story expects."""


class Say(Protocol):
    """Prints a step of the story with its details."""

    def __call__(self, step: str, *details: str) -> None: ...


def say_in_words(step: str, *details: str) -> None:
    """For people."""
    print(f"\n● {step}")
    for detail in details:
        print(f"    {detail}")


def say_as_json(step: str, *details: str) -> None:
    """For programs."""
    print_json({"step": step, "details": details})


@dataclass
class HostApp:
    """A host app's server: its token, and one trace for all its calls."""

    session: aiohttp.ClientSession
    gateway: str
    host: Json
    say: Say = say_in_words
    trace_id: str = field(default_factory=lambda: secrets.token_hex(16))
    token: str = ""

    async def log_in(self) -> None:
        """OAuth 2 client credentials."""
        form = {
            "grant_type": "client_credentials", "client_id": self.host["client_id"],
            "client_secret": self.host["client_secret"],
        }  # fmt: skip
        async with self.session.post(self.gateway + "/v1/token", data=form) as answer:
            self.token = (await answer.json())["access_token"]

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "",
        expect: int = 200,
        headers: Json | None = None,
    ) -> Any:
        """One call; raises StepFailed when it does not answer `expect`."""
        sent = {
            "Authorization": f"Bearer {token or self.token}",
            "traceparent": f"00-{self.trace_id}-{secrets.token_hex(8)}-01",
            **(headers or {}),
        }
        async with self.session.request(method, self.gateway + path, json=body, headers=sent) as answer:
            content = await answer.json() if "json" in answer.content_type else await answer.read()
            if answer.status != expect:
                raise StepFailed(f"{method} {path} answered {answer.status}, expected {expect}: {content!r}")
            return content


async def play(demo: Json, say: Say) -> str:
    """Play the story; returns its trace id. Raises StepFailed."""
    if not demo.get("hosts") or not demo.get("videos"):
        raise StepFailed("there is no demo data: start the platform with `make run`, without DEMO=no")
    async with aiohttp.ClientSession() as session:
        app = HostApp(session, demo["gateway"], demo["hosts"][0], say)
        await app.log_in()
        viewer = f"viewer{secrets.token_hex(4)}"
        await look_around(app, viewer)
        product, click_id = await tap_an_anchor(app, demo["videos"], viewer)
        order, token = await buy(app, product, click_id, viewer)
        await pay(app, demo["alipay_sandbox"], order, token)
        await find_the_order(app, order, token)
        await share(app, demo, product, token)
        return app.trace_id


async def look_around(app: HostApp, viewer: str) -> None:
    """The entrance and the search column."""
    who = {"Anchorage-Viewer": viewer}
    entrance = await app.call("GET", "/v1/entry/mini-programs", headers=who)
    app.say(
        f"{app.host['name']}: the Mini Program entrance",
        *(f"{m['name']} · {m['owner']['kind']} · {m['slogan']}" for m in entrance["items"]),
    )
    name = next(m["name"] for m in entrance["items"] if m["category"] != "game")
    found = await app.call("GET", f"/v1/search?q={name}", headers=who)
    app.say(
        f"The search column for “{name}”: the mini program first",
        *(f"{r['kind']:12} {r.get('name') or r.get('title')}   ({r['why']})" for r in found["results"][:6]),
    )


async def tap_an_anchor(app: HostApp, videos: list[str], viewer: str) -> tuple[Json, str]:
    """A video, and one call from its anchor to the purchase page. The first anchor that can be bought."""
    for video_id in videos:
        video = await app.call("GET", f"/v1/videos/{video_id}", headers={"Anchorage-Viewer": viewer})
        for anchor in video["anchors"]:
            path = f"/v1/videos/{video_id}/anchors/{anchor['anchor_id']}/clicks"
            click = await app.call("POST", path, {"host_user_id": viewer}, expect=201)
            product = click["target"].get("product")
            if click["target"].get("available", True) and product:
                app.say(
                    f"The video “{video['title']}” by {video['creator']['name']}: tap “{anchor['title']}”",
                    f"one call → {product['title']}, from ¥{yuan(product['price_from']['amount'])}, {len(product['skus'])} SKUs",
                )
                return product, click["click_id"]
    raise StepFailed("no anchor of the demo's videos leads to a product that can be bought")


async def buy(app: HostApp, product: Json, click_id: str, viewer: str) -> tuple[Json, str]:
    """A session, the store page, an order with the cashier's link in the same answer."""
    mini_program_id = product["mini_program_id"]
    entry = {"surface": "video_anchor", "click_id": click_id}
    body = {"mini_program_id": mini_program_id, "host_user_id": viewer, "entry": entry}
    session = await app.call("POST", "/v1/sessions", body, expect=201)
    token = session["session_token"]
    store = await app.call("GET", f"/v1/mini-programs/{mini_program_id}/store", token=token)
    app.say(
        f"A session in {store['mini_program']['name']}",
        f"the mini program knows the viewer as {session['openid']} only",
        f"its store has {len(store['categories'])} shelves",
    )
    sku = next(s for s in product["skus"] if s["available"] > 0)
    wanted = {
        "lines": [{"sku_id": sku["sku_id"], "quantity": 1}], "address": ADDRESS, "click_id": click_id,
        "expected_total": sku["price"],
    }  # fmt: skip
    path = f"/v1/mini-programs/{mini_program_id}/orders?wait=10"
    order = await app.call(
        "POST", path, wanted, token=token, expect=201, headers={"Idempotency-Key": secrets.token_hex(8)}
    )
    if order["status"] != "awaiting_payment":
        raise StepFailed(f"the order is {order['status']} ({order.get('reason')}) and not awaiting payment")
    app.say(
        f"An order of ¥{yuan(order['total']['amount'])} is placed, stock is held, the cashier is ready",
        order["order_id"],
        order["payment"]["cashier_url"][:110] + "…",
    )
    return order, token


async def pay(app: HostApp, sandbox: str, order: Json, token: str) -> None:
    """The buyer pays in Alipay's sandbox; its signed notice does the rest."""
    async with app.session.post(
        sandbox + "/sandbox/pay", json={"cashier_url": order["payment"]["cashier_url"]}
    ) as paid:
        if paid.status >= 400:
            raise StepFailed(f"the sandbox refused the payment: {await paid.text()}")
    path = f"/v1/mini-programs/{order['mini_program_id']}/orders/{order['order_id']}"
    async with asyncio.timeout(30):
        while (now := await app.call("GET", path, token=token))["status"] != "paid":
            await asyncio.sleep(0.1)
    app.say(
        "Paid with Alipay",
        " → ".join(entry["status"] for entry in now["history"]),
        f"trade {now['payment']['trade_no']}",
    )


async def find_the_order(app: HostApp, order: Json, token: str) -> None:
    """The order is in its own mini program, and nowhere else."""
    path = f"/v1/mini-programs/{order['mini_program_id']}/orders"
    orders = await app.call("GET", path, token=token)
    refused = await app.call("GET", path, expect=403)
    app.say(
        "The order is in its mini program, and nowhere else",
        f"the viewer's session sees {len(orders['items'])} order(s) there",
        f"the host's own token sees none: 403 {refused['code']}",
    )


async def share(app: HostApp, demo: Json, product: Json, token: str) -> None:
    """A code in one host, scanned in the other."""
    path = f"/v1/mini-programs/{product['mini_program_id']}/products/{product['product_id']}/share-codes"
    code = await app.call("POST", path, {}, token=token, expect=201)
    picture = code["image_url"].removeprefix(app.gateway)
    image = await app.call("GET", picture)
    other = HostApp(app.session, app.gateway, demo["hosts"][1], app.say, app.trace_id)
    await other.log_in()
    sent = {
        "Authorization": f"Bearer {other.token}", "Content-Type": "image/png", "Anchorage-Viewer": "friend",
        "traceparent": f"00-{app.trace_id}-{secrets.token_hex(8)}-01",
    }  # fmt: skip
    async with app.session.post(app.gateway + "/v1/scans", data=image, headers=sent) as answer:
        scanned = await answer.json()
        if answer.status != 200 or scanned["code"] != code["code"]:
            raise StepFailed(f"the scan answered {answer.status}: {scanned}")
    target = scanned["target"]
    opened = (
        target["product"]["title"] if target.get("available", True) else f"not available: {target['reason']}"
    )
    app.say(f"Share makes a code; {other.host['name']} scans its picture", code["code"], f"→ {opened}")


async def print_trace(trace_id: str, say: Say) -> None:
    """The spans of the story, once the services have written them."""
    folder = installation().traces
    async with asyncio.timeout(TRACE_WAIT_SECONDS):
        while not any(span["name"].startswith(OrderPaid.__name__) for span in spans_of(folder, trace_id)):
            await asyncio.sleep(0.5)
    lines = list(tree(spans_of(folder, trace_id)))
    say(f"One trace, from the click to the payment, across Kafka  (anchorage trace {trace_id})", *lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(arguments: argparse.Namespace) -> int:
    """Play the story and print the trace."""
    try:
        asyncio.run(_run(say_as_json if arguments.json else say_in_words))
    except (StepFailed, TimeoutError, aiohttp.ClientError) as error:
        print(f"The story stopped: {error!r}. Is `make run` up and ready?", file=sys.stderr)
        return 1
    return 0


async def _run(say: Say) -> None:
    trace_id = await play(read_demo(), say)
    await print_trace(trace_id, say)
