"""Reviews while nobody answers at the content check's address: nothing is lost, and nothing unseen is shown."""

from __future__ import annotations

from typing import Any

from checkout_support.running import RunningCheckout

CONTENT_CHECK_URL = "http://127.0.0.1:1/check"
TEXT = "Keeps the tea warm all day."


async def test_a_review_waits_while_the_provider_is_away(checkout: RunningCheckout) -> None:
    order_id = await checkout.completed_id()
    body = {"sku_id": checkout.sku_id, "rating": 5, "text": TEXT}
    status, review = await checkout.call("POST", f"/orders/{order_id}/reviews", body)
    assert (status, review["status"], review["text"]) == (201, "waiting", TEXT)
    assert (await checkout.call("POST", f"/orders/{order_id}/reviews", body))[0] == 200
    assert (await shown(checkout))["rating"]["count"] == 0
    answer = f"/reviews/{review['review_id']}/answer"
    assert (await checkout.call_as_owner("PUT", answer, {"text": "Thank you."}))[0] == 404
    _, page = await checkout.call_as_operator("GET", "/content-checks?limit=100")
    [check] = [one for one in page["items"] if one["object_id"] == review["review_id"]]
    assert (check["texts"], check["model"]) == ({"text": TEXT}, "unchecked")
    await checkout.call_as_operator("POST", f"/content-checks/{check['check_id']}/approval")
    assert [one["text"] for one in (await shown(checkout))["items"]] == [TEXT]
    status, _ = await checkout.call_as_owner("PUT", answer, {"text": "Thank you."})
    assert status == 200
    assert "Thank you." not in str(await shown(checkout)), "the answer waits too"


async def shown(checkout: RunningCheckout) -> Any:
    """The product's reviews as viewers see them."""
    status, page = await checkout.call("GET", f"/products/{checkout.product_id}/reviews")
    assert status == 200, page
    return page
