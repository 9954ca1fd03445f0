"""The page of limits says what the code does: its numbers are those of the constants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog.adapters import picture_rendering
from catalog.application import picture_turns
from catalog.domain import version_history, video
from catalog.http import media
from checkout.adapters import mongo_recent_views
from checkout.application import placing
from checkout.domain import account, order_state, refunds, shipments
from contracts.api import (
    addresses,
    buyers_reviews,
    common,
    coupons,
    delivery,
    feeds,
    mini_programs,
    order_commands,
    orders,
    owners,
    products,
    stock,
    versions,
    videos,
    webhooks,
)
from feeds.application import running
from feeds.domain import feed, run
from gateway.table import share_codes
from identity.adapters import secret_hasher
from identity.domain import clients
from identity.domain import owners as applicants
from payment.http import notices
from roundcode import image, look
from runtime.mongo import listing
from runtime.web import bodies, connections, problems, protocol, routes
from search.domain import cursors, queries
from webhooks.application import sending
from webhooks.domain import delivery as delivery_log
from webhooks.domain import webhook

PAGE = Path(__file__).parents[2] / "docs" / "limits.md"
KIB, MIB = 1024, 1024 * 1024


def most(model: Any, field: str) -> int:
    """How many items or characters a field of a request may have."""
    schema = model.model_json_schema()["properties"][field]
    return int(schema.get("maxItems") or schema["maxLength"])


LIMITS = {
    "body": f"{routes.MAX_BODY // MIB} MiB",
    "picture to scan": f"{share_codes.MAX_PICTURE // MIB} MiB, {image.MAX_PIXELS:,} pixels",
    "picture to upload": f"{media.MAX_PICTURE // MIB} MiB, {picture_rendering.MAX_PIXELS:,} pixels, "
    f"{picture_rendering.MAX_SIDE:,} on a side",
    "logo of share codes": f"{look.MAX_LOGO_BYTES:,} bytes, {look.MAX_LOGO_PIXELS:,} pixels",
    "notice of Alipay": f"{notices.MAX_NOTICE // KIB} KiB",
    "file of a feed, packed or not": f"{feeds.MAX_FEED_BYTES // MIB} MiB",
    "product as JSON": f"{products.MAX_PRODUCT_BYTES:,} bytes",
    "characters of a review or its answer; of an order's note": (
        f"{buyers_reviews.MAX_REVIEW_TEXT:,}; {most(order_commands.NoteRequest, 'text'):,}"
    ),
    "characters of a search's text": f"{queries.MAX_QUERY_LENGTH:,}",
    "request line": f"{protocol.MAX_LINE // KIB} KiB",
    "one header": f"{protocol.MAX_HEADER // KIB} KiB",
    "parameters of a query": f"{bodies.MAX_PARAMETERS}",
    "items of a page": f"{common.MAX_LIMIT}, by default {common.DEFAULT_LIMIT}",
    "wrong fields that an answer names": f"{problems.MAX_ERRORS}",
    "connections of one process": f"{connections.MAX_CONNECTIONS:,}",
    "secrets that wait to be checked; to be hashed": f"{secret_hasher.MAX_WAITING}; {secret_hasher.MAX_HASHING}",
    "lines of an order or a cart; pieces of a line": f"{common.MAX_LINES}; {orders.MAX_PIECES}",
    "pieces of an order or a cart": f"{orders.MAX_PIECES}",
    "orders that can use a coupon; of one viewer": f"{coupons.MAX_COUPON_STOCK:,}; {coupons.MAX_PER_VIEWER}",
    "characters of a coupon's code": f"{coupons.MAX_CODE}",
    "amount of an order, in fen": f"{placing.MAX_TOTAL:,}",
    "delivery fees by region of a mini program": f"{delivery.MAX_REGIONS}",
    "addresses of a viewer in a mini program": f"{account.MAX_ADDRESSES}",
    "parcels of an order; corrections of a parcel": f"{shipments.MAX_PARCELS}; {shipments.MAX_CORRECTIONS}",
    "refunds of an order; notes of an order": f"{refunds.MAX_REFUNDS}; {order_state.MAX_NOTES}",
    "products that a viewer has recently seen in a mini program": f"{mongo_recent_views.MAX_VIEWS}",
    "SKUs and pictures of a product": (
        f"{most(products.ProductRequest, 'skus')}; {most(products.ProductRequest, 'images')}"
    ),
    "SKUs of one call that changes stock; pieces of a SKU in a call": (
        f"{stock.MAX_ITEMS:,}; {stock.MAX_QUANTITY:,}"
    ),
    "aliases, hosts and categories of a mini program": "; ".join(
        str(most(mini_programs.MiniProgramDraft, field))
        for field in ("aliases", "requested_hosts", "categories")
    ),
    "sections of a mini program's page; products of a section": (
        f"{most(mini_programs.Layout, 'sections')}; {most(mini_programs.Section, 'product_ids')}"
    ),
    "origins of a client's return addresses": f"{addresses.MAX_ORIGINS}",
    "clients of an owner, host or creator": f"{clients.MAX_CLIENTS}",
    "webhooks of an owner": f"{webhook.MAX_WEBHOOKS}",
    "mini programs that a webhook names": f"{webhooks.MAX_PROGRAMS}",
    "characters of a webhook's URL": f"{webhooks.MAX_URL:,}",
    "calls of one receiver at a time": f"{sending.PLACES}",
    "attempts of a delivery": f"{delivery_log.MAX_ATTEMPTS}",
    "feeds of a mini program": f"{feed.MAX_FEEDS}",
    "runs of feeds of a mini program that have not ended": f"{run.MAX_QUEUED}",
    "runs of feeds at a time; of these checked or applied; of one owner": (
        f"{running.MAX_RUNS}; {running.MAX_APPLYING}; {running.MAX_RUNS_PER_OWNER}"
    ),
    "pictures of feeds that one replica fetches at a time; for one owner; from one server": (
        f"{picture_turns.MAX_FETCHES}; {picture_turns.MAX_FETCHES_PER_OWNER}; {picture_turns.MAX_FETCHES_PER_HOST}"
    ),
    "testers of a mini program": f"{versions.MAX_TESTERS}",
    "versions of a mini program in review": f"{version_history.MAX_IN_REVIEW}",
    "creators whom a mini program invites": f"{most(videos.PromotionRequest, 'creator_ids'):,}",
    "anchors of a video": f"{video.MAX_ANCHORS}",
    "reasons of a refusal or suspension": f"{owners.MAX_REASONS}",
    "earlier applications that an owner's record keeps": f"{applicants.MAX_HISTORY}",
    "hits of a search, over all its pages": f"{cursors.MAX_DEPTH:,}",
    "items of a list by change that has pages": f"{listing.MAX_LISTED:,}",
}


def on_the_page() -> dict[str, str]:
    """The limit of each row of the page's tables."""
    rows = [
        line.strip("| ").split(" | ")
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    return {row[0]: row[1] for row in rows if len(row) > 1}


@pytest.mark.parametrize("what", LIMITS)
def test_the_page_says_the_limit_of_the_code(what: str) -> None:
    assert on_the_page().get(what) == LIMITS[what]
