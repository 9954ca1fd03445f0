"""A sale and its refund, told with the Python client: `story.py DEMO_JSON`. It prints the order as the owner reads it."""

from __future__ import annotations

import base64
import json
import secrets
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import httpx

from anchorage_client import Caller, Problem
from anchorage_client.api.access import open_session
from anchorage_client.api.hosts import accept_mini_program, put_host_settings
from anchorage_client.api.mini_programs import release_version, start_mini_program, submit_version
from anchorage_client.api.operators import approve_version, register_host, verify_owner
from anchorage_client.api.orders import list_orders, place_order, read_order
from anchorage_client.api.owners import (
    find_orders,
    put_product,
    read_owner_order,
    refund_order,
    register_owner,
    ship_order,
    upload_picture,
)
from anchorage_client.models import (
    Address,
    CategoryRequest,
    ContactRequest,
    Entry,
    HostDecisionRequest,
    HostRequest,
    HostSettingsRequest,
    LineRequest,
    MiniProgramDraft,
    Money,
    OrderRequest,
    OrderView,
    OwnerApplication,
    ProductRequest,
    RefundRequestBody,
    SessionRequest,
    ShipmentRequest,
    SkuRequest,
    VersionRequest,
)
from anchorage_client.types import File

T = TypeVar("T")
SECONDS = 30
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def main(demo_file: str) -> None:
    demo = json.loads(Path(demo_file).read_text(encoding="utf-8"))
    gateway, tag = demo["gateway"], secrets.token_hex(4)
    operator = Caller.for_client(gateway, demo["ops"]["client_id"], demo["ops"]["client_secret"])

    joined = operator.call(register_host, body=HostRequest(name=f"WeTalk {tag}"))
    host = Caller.for_client(gateway, joined.client_id, joined.client_secret)
    host.call(put_host_settings, body=HostSettingsRequest(accept="by_hand"))
    contact = ContactRequest(name="Mei Chen", email="mei@hillside.example")
    application = OwnerApplication(name=f"Hillside {tag}", kind="brand", contact=contact)
    applied = Caller.for_anybody(gateway).call(register_owner, body=application)
    owner = Caller.for_client(gateway, applied.client_id, applied.client_secret)
    operator.call(verify_owner, applied.owner_id)

    shop = open_shop(owner, operator, host, joined.host_id, tag)
    order = sell(host, shop, f"sku_{tag}", demo["alipay_sandbox"])
    number = ShipmentRequest(carrier="sf", tracking_number=f"SF{tag}")
    owner.call(ship_order, order.order_id, body=number)
    part = Money(amount=2_800, currency="CNY")
    owner.call(
        refund_order, order.order_id, body=RefundRequestBody(amount=part, reason="One tin was dented.")
    )

    def refunded() -> bool:
        return [one.status for one in owner.call(read_owner_order, order.order_id).refunds] == ["settled"]

    until(refunded)
    listed = [one.order_id for one in owner.pages(find_orders, limit=1, mini_program_id=shop)]
    assert listed == [order.order_id], listed
    print(json.dumps(owner.call(read_owner_order, order.order_id).to_dict()))


def open_shop(owner: Caller, operator: Caller, host: Caller, host_id: str, tag: str) -> str:
    """A shop with one product, in the host."""
    picture = owner.call(upload_picture, body=File(BytesIO(PICTURE), mime_type="image/png"))
    draft = MiniProgramDraft(
        name=f"Hillside {tag}", category="ecommerce", logo_url=picture.url, requested_hosts=[host_id],
        categories=[CategoryRequest(category_id="green", name="Green tea")],
    )  # fmt: skip
    shop = owner.call(start_mini_program, body=draft).mini_program_id
    version = owner.call(submit_version, shop, body=VersionRequest(note="The first.")).version_id
    operator.call(approve_version, version)
    soon(lambda: owner.call(release_version, shop, version))
    host.call(accept_mini_program, shop, body=HostDecisionRequest())
    sku = SkuRequest(sku_id=f"sku_{tag}", price=Money(amount=12_800, currency="CNY"), initial_stock=10)
    product = ProductRequest(title="Longjing", category_id="green", images=[picture.url], skus=[sku])
    owner.call(put_product, shop, f"p_{tag}", body=product)
    return shop


def sell(host: Caller, shop: str, sku_id: str, alipay: str) -> OrderView:
    """A viewer's order, paid."""
    visit = SessionRequest(mini_program_id=shop, host_user_id="mei", entry=Entry(surface="direct"))
    session = soon(lambda: host.call(open_session, body=visit))
    viewer = Caller.for_viewer(host.gateway, session.session_token)
    address = Address(recipient="Mei Lin", phone="13900001111", region="Zhejiang", street="East Lake 8")
    wanted = OrderRequest(lines=[LineRequest(sku_id=sku_id, quantity=1)], address=address)
    key = secrets.token_hex(8)
    order = soon(lambda: viewer.call(place_order, shop, body=wanted, wait=10, idempotency_key=key))
    again = viewer.call(place_order, shop, body=wanted, idempotency_key=key)
    assert again.order_id == order.order_id, "the key makes one order of two calls"
    assert code_of(lambda: host.call(list_orders, shop)) == "wrong_scope"

    def with_link() -> str | None:
        payment = viewer.call(read_order, shop, order.order_id).payment
        return (payment.cashier_url or None) if payment else None

    _pay(alipay, until(with_link))
    until(lambda: viewer.call(read_order, shop, order.order_id).status == "paid")
    return viewer.call(read_order, shop, order.order_id)


def _pay(alipay: str, cashier_url: str) -> None:
    """Be the buyer at Alipay's cashier."""
    httpx.post(f"{alipay}/sandbox/pay", json={"cashier_url": cashier_url}).raise_for_status()


def code_of(call: Callable[[], object]) -> str:
    """The code of the error that the call is answered with."""
    try:
        call()
    except Problem as problem:
        return problem.code
    return ""


def until(condition: Callable[[], T | None]) -> T:
    """The first answer that is true."""
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)
    return found


def soon(call: Callable[[], T]) -> T:
    """The answer to a call whose service may not have heard yet of what was changed before."""
    last: list[Problem] = []

    def succeeds() -> list[T]:
        try:
            return [call()]
        except Problem as problem:
            last[:] = [problem]
            return []

    try:
        return until(succeeds)[0]
    except AssertionError:
        raise last[0] from None


if __name__ == "__main__":
    main(sys.argv[1])
