"""A page for the platform's staff: refunds to decide, orders, feeds, stock, events and differences. It has no login of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from aiohttp import web

from platform_demo.book import Book
from platform_demo.catalogue import Catalogue
from platform_demo.feed import yuan
from platform_demo.gateway import Away, Refused
from platform_demo.reconciling import BEIJING, Reconciler
from platform_demo.rules import AskPerson, next_steps
from platform_demo.shelf import Shelf
from platform_demo.working import Worker

Json = dict[str, Any]
MOST_ORDERS, MOST_ROWS = 100, 30
MAX_REASON = 200
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # a form then says where it comes from
    "Cache-Control": "no-store",
}
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem; }
table { border-collapse: collapse; width: 100%; } section { overflow-x: auto; margin-block: 2rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8886; vertical-align: top; }
input, button { font: inherit; padding: .3rem .6rem; } form { display: inline-block; margin: 0 .5rem .3rem 0; }
"""


@dataclass
class Page:
    """The page and what its buttons do."""

    catalogue: Catalogue
    book: Book
    shelf: Shelf
    worker: Worker
    reconciler: Reconciler

    def routes(self) -> list[web.RouteDef]:
        """What this serves."""
        return [
            web.get("/", self.show),
            web.get("/style.css", self.style),
            web.post("/orders/{order_id}/refunds/{refund_id}", self.decide),
            web.post("/reconcile", self.reconcile),
        ]

    async def style(self, _: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css")

    async def show(self, _: web.Request) -> web.Response:
        return self._answer()

    async def decide(self, request: web.Request) -> web.Response:
        """A person's decision about a refund."""
        form = await _own_form(request)
        reason = str(form.get("reason", "")).strip()[:MAX_REASON]
        approve = form.get("verdict") == "approve"
        if not approve and not reason:
            return self._answer("A rejection needs a reason: the buyer reads it.", 422)
        ids = request.match_info
        return await self._done(
            self.worker.decide(ids["order_id"], ids["refund_id"], approve=approve, reason=reason)
        )

    async def reconcile(self, request: web.Request) -> web.Response:
        await _own_form(request)
        return await self._done(self.reconciler.reconcile())

    async def _done(self, work: Any) -> web.Response:
        try:
            await work
        except (Away, Refused) as failed:
            return self._answer(str(failed), 502)
        return web.Response(status=303, headers={"Location": "/"})

    def _answer(self, wrong: str = "", status: int = 200) -> web.Response:
        return web.Response(text=self._document(wrong), content_type="text/html", status=status)

    def _document(self, wrong: str) -> str:
        name = self.catalogue.name
        orders = self.book.newest_orders(MOST_ORDERS)
        message = f'<p role="alert"><strong>{escape(wrong)}</strong></p>' if wrong else ""
        return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(name.en)}</title><link rel="stylesheet" href="/style.css"></head>
<body><h1><span lang="zh">{escape(name.zh)}</span> {escape(name.en)}</h1>{message}
<form method="post" action="/reconcile"><button>Reconcile now</button></form>
{
            _section(
                "Refunds that wait for you",
                _refund_rows(orders, self.worker.refund_at_once),
                ("Order", "Amount", "Reason", "Decide"),
            )
        }
{_section("Orders", _order_rows(orders), ("Order", "Shop", "Status", "Total", "Parcels", "Refunds"))}
{
            _section(
                "Differences",
                _rows(self.book.newest("difference", MOST_ROWS), "at", "subject", "what", "mended"),
                ("Time", "Of", "What", "Mended"),
            )
        }
{
            _section(
                "Feeds",
                _rows(
                    self.book.newest("run", MOST_ROWS),
                    "at",
                    "mini_program_id",
                    "mode",
                    "status",
                    "lines",
                    "accepted",
                    "rejected",
                ),
                ("Time", "Shop", "Kind", "Status", "Lines", "Accepted", "Rejected"),
            )
        }
{_section("Stock", self._stock_rows(), ("SKU", "Product", "Price", "Given to Anchorage", "Not sent yet"))}
{
            _section(
                "Events",
                _rows(self.book.newest("event", MOST_ROWS), "received_at", "type", "order_id", "done"),
                ("Time", "Type", "Order", "Done"),
            )
        }
</body></html>"""

    def _stock_rows(self) -> Iterable[Sequence[str]]:
        for shop in self.catalogue.shops:
            for sku in self.shelf.skus(shop.mini_program_id):
                title = escape(f"{sku['title']} {sku['size']}")
                yield (
                    escape(sku["sku_id"]),
                    title,
                    yuan(sku["price"]),
                    str(sku["allotted"]),
                    str(sku["waiting"]),
                )


def _section(title: str, rows: Iterable[Sequence[str]], columns: Sequence[str]) -> str:
    """A table; cells are HTML."""
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    head = "".join(f"<th>{column}</th>" for column in columns)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else "<p>None.</p>"
    return f"<section><h2>{title}</h2>{table}</section>"


def _rows(rows: Sequence[Any], time: str, *columns: str) -> Iterable[Sequence[str]]:
    for row in rows:
        cells = [escape(str("" if row[column] is None else row[column])) for column in columns]
        yield [_in_beijing(row[time]), *cells]


def _in_beijing(time: str) -> str:
    """A time of the database, for a person."""
    return f"{datetime.fromisoformat(time).astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def _order_rows(orders: Iterable[Json]) -> Iterable[Sequence[str]]:
    for order in orders:
        parcels = "<br>".join(
            escape(f"{parcel['carrier']} {parcel['tracking_number']}") for parcel in order["shipments"]
        )
        refunds = "<br>".join(
            f"{yuan(one['amount']['amount'])} {escape(one['status'])}" for one in order["refunds"]
        )
        total = yuan(order["total"]["amount"])
        yield (
            escape(order["order_id"]),
            escape(order["mini_program_id"]),
            order["status"],
            total,
            parcels,
            refunds,
        )


def _refund_rows(orders: Iterable[Json], refund_at_once: int) -> Iterable[Sequence[str]]:
    for order in orders:
        asked = {step.refund_id for step in next_steps(order, refund_at_once) if isinstance(step, AskPerson)}
        for refund in order["refunds"]:
            if refund["refund_id"] in asked:
                order_id, refund_id = escape(order["order_id"]), escape(refund["refund_id"])
                yield (
                    order_id, yuan(refund["amount"]["amount"]), escape(refund["reason"]),
                    f'<form method="post" action="/orders/{order_id}/refunds/{refund_id}">'
                    f'<input name="reason" maxlength="{MAX_REASON}" aria-label="Reason" placeholder="Reason"> '
                    '<button name="verdict" value="approve">Approve</button> '
                    '<button name="verdict" value="reject">Reject</button></form>',
                )  # fmt: skip


async def _own_form(request: web.Request) -> Json:
    """The fields of a form of this page. Raises 403 for a form of another site."""
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none") or (
        origin is not None and origin.partition("://")[2] != request.host
    ):
        raise web.HTTPForbidden(text="This form belongs to another site.")
    return dict(await request.post())
