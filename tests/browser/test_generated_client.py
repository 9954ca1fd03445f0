"""A Python client generated from the gateway's OpenAPI document does what the README does with curl."""

from __future__ import annotations

import importlib
import secrets
import subprocess
import sys
from typing import Any

import httpx
import pytest

from support.access import grant

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def generated(demo: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Imports a module of the generated package by its path inside it."""
    package = f"client_{secrets.token_hex(4)}"
    folder = tmp_path_factory.mktemp("generated")
    subprocess.run(
        [
            sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none",
            "--url", f"{demo['gateway']}/openapi.json", "--output-path", str(folder / package),
        ],
        check=True, capture_output=True, timeout=200,
    )  # fmt: skip
    sys.path.insert(0, str(folder))
    yield lambda path: importlib.import_module(f"{package}.{path}")
    sys.path.remove(str(folder))


def test_every_call_has_a_function_that_can_be_imported(demo: dict[str, Any], generated: Any) -> None:
    document = httpx.get(f"{demo['gateway']}/openapi.json").json()
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    missing = []
    for operation in operations:
        area = operation["tags"][0].lower().replace(" ", "_")
        # the generator leaves out an import for a call with two kinds of body and nothing else: /v1/token
        if operation["operationId"] == "give_token":
            continue
        if not hasattr(generated(f"api.{area}.{operation['operationId']}"), "sync_detailed"):
            missing.append(operation["operationId"])
    assert missing == []


def test_it_buys_from_a_video(demo: dict[str, Any], generated: Any) -> None:
    models, package = generated("models"), generated("client")
    host = demo["hosts"][0]
    token = httpx.post(f"{demo['gateway']}/v1/token", data=grant(host)).json()["access_token"]
    as_host = package.AuthenticatedClient(base_url=demo["gateway"], token=token)

    entrance = generated("api.pages.list_mini_programs").sync(client=as_host)
    assert entrance.items
    video = generated("api.pages.read_video").sync(demo["videos"][0], client=as_host)
    click = generated("api.pages.click_anchor").sync(
        video.video_id,
        video.anchors[0].anchor_id,
        client=as_host,
        body=models.ClickRequest(host_user_id="generated"),
    )
    mini_program = click.target.mini_program_id
    session = generated("api.access.open_session").sync(
        client=as_host,
        body=models.SessionRequest(
            mini_program_id=mini_program,
            host_user_id="generated",
            entry=models.Entry(surface=models.EntrySurface.VIDEO_ANCHOR, click_id=click.click_id),
        ),
    )
    as_viewer = package.AuthenticatedClient(base_url=demo["gateway"], token=session.session_token)
    sku = next(sku for sku in click.target.product.skus if sku.available)
    order = generated("api.orders.place_order").sync(
        mini_program,
        client=as_viewer,
        idempotency_key=secrets.token_hex(8),
        wait=8,
        body=models.OrderRequest(
            lines=[models.LineRequest(sku_id=sku.sku_id, quantity=1)],
            address=models.Address(recipient="Lin", phone="13800001234", region="Zhejiang", street="Lake 1"),
        ),
    )
    assert order.total.amount == sku.price.amount
    listed = generated("api.orders.list_orders").sync(mini_program, client=as_viewer)
    assert order.order_id in [known.order_id for known in listed.items]
    refused = generated("api.orders.list_orders").sync_detailed(mini_program, client=as_host)
    assert refused.status_code == 403
