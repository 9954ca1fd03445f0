"""Buyers' reviews on a running checkout."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from checkout_support.facts import refund_settled
from checkout_support.running import RunningCheckout

from checkout.adapters.mongo_rating_counts import MongoRatingCounts
from checkout.adapters.mongo_reviews import MongoReviews
from contracts.reviews import ReviewPublished
from contracts.topics import REVIEWS
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import connect, database
from runtime.outbox.recorder import Recorder
from support.events import records_of, types_of, value_of
from support.eventually import eventually

TEXT = "Keeps the tea warm all day."


async def review(checkout: RunningCheckout, order_id: str, **changes: Any) -> tuple[int, Any]:
    body = {"sku_id": checkout.sku_id, "rating": 4, "text": TEXT} | changes
    return await checkout.call("POST", f"/orders/{order_id}/reviews", body)


async def reviewed(checkout: RunningCheckout, **changes: Any) -> str:
    status, answer = await review(checkout, await checkout.completed_id(), **changes)
    assert status == 201, answer
    return str(answer["review_id"])


async def product_page(checkout: RunningCheckout, query: str = "") -> Any:
    status, page = await checkout.call("GET", f"/products/{checkout.product_id}/reviews{query}")
    assert status == 200, page
    return page


async def stars_are(checkout: RunningCheckout, **by_star: int) -> None:
    """Wait until the product's page shows as many reviews by stars."""

    async def are() -> bool:
        summary = (await product_page(checkout))["rating"]
        assert summary["by_star"] == dict.fromkeys("12345", 0) | by_star
        return True

    await eventually(are)


async def test_a_bought_line_is_reviewed_once(checkout: RunningCheckout) -> None:
    order_id = await checkout.completed_id()
    answers = await asyncio.gather(*(review(checkout, order_id) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [200, 200, 200, 200, 201]
    assert len({answer["review_id"] for _, answer in answers}) == 1
    status, problem = await review(checkout, order_id, rating=1)
    assert (status, problem["code"]) == (409, "already_reviewed")
    _, own = await checkout.call("GET", f"/orders/{order_id}/reviews")
    assert [(one["sku_id"], one["status"]) for one in own["items"]] == [(checkout.sku_id, "shown")]


async def test_viewers_read_reviews_without_who_wrote_them(checkout: RunningCheckout) -> None:
    await reviewed(checkout)
    page = await product_page(checkout)
    [shown] = page["items"]
    assert (shown["rating"], shown["text"], shown["title"]) == (4, TEXT, "Kettle")
    assert checkout.openid not in str(page)
    assert "order_id" not in shown
    assert page["rating"] == {"average": 4.0, "count": 1, "by_star": {"1": 0, "2": 0, "3": 0, "4": 1, "5": 0}}
    host = checkout.issuer.headers("host", host_id="host1")
    url = checkout.url(f"/products/{checkout.product_id}/reviews")
    async with checkout.service.http.get(url, headers=host) as answer:
        assert (await answer.json())["items"] == [shown]


async def test_the_stars_of_a_product_follow_its_reviews(checkout: RunningCheckout) -> None:
    first = await reviewed(checkout, rating=5)
    await stars_are(checkout, **{"5": 1})
    await asyncio.gather(*(reviewed(checkout, rating=rating) for rating in (1, 5, 4)))
    await stars_are(checkout, **{"1": 1, "4": 1, "5": 2})
    counts = checkout.service.db["rating_counts"]
    stored = await counts.find_one({"_id": checkout.product_id})
    assert stored is not None
    assert sum(stored["by_star"].values()) == 4
    status, _ = await checkout.call_as_operator(
        "POST", f"/buyers-reviews/{first}/hiding", {"reason": "an insult"}
    )
    assert status == 200
    await stars_are(checkout, **{"1": 1, "4": 1, "5": 1})
    await counts.delete_one({"_id": checkout.product_id})  # as before the update: counted when read
    await stars_are(checkout, **{"1": 1, "4": 1, "5": 1})


async def test_two_counts_at_once_end_with_the_newest(mongodb_uri: str, prefix: str) -> None:
    client = connect(mongodb_uri)
    db = database(client, f"{prefix}checkout")
    await MongoReviews(db, Recorder(system_clock, random_id)).prepare()
    counters = [MongoRatingCounts(db) for _ in range(2)]
    try:
        for n in range(20):
            await asyncio.gather(
                db["reviews"].insert_one(
                    {"_id": f"r{n}", "product_id": "p", "is_shown": True, "rating": n % 5 + 1}
                ),
                counters[0].count_again({"p"}),
            )
            await asyncio.gather(*(counter.count_again({"p"}) for counter in counters))
            assert (await counters[0].of("p")).count == n + 1
        assert (await counters[0].of("p")).by_star == dict.fromkeys(range(1, 6), 4)
    finally:
        await client.close()


async def test_only_the_buyer_of_a_completed_order_reviews_what_was_bought(checkout: RunningCheckout) -> None:
    paid = await checkout.paid_id()
    status, problem = await review(checkout, paid)
    assert (status, problem["code"]) == (409, "wrong_state")
    completed = await checkout.completed_id()
    status, problem = await review(replace(checkout, openid="o_other"), completed)
    assert (status, problem["code"]) == (404, "not_found")
    status, problem = await review(checkout, completed, sku_id="nosuchsku")
    assert (status, problem["errors"][0]["field"]) == (422, "sku_id")
    for wrong in ({"rating": 0}, {"rating": 6}, {"text": ""}, {"text": "x" * 1001}):
        status, problem = await review(checkout, completed, **wrong)
        assert (status, problem["errors"][0]["field"]) == (422, next(iter(wrong)))
    assert (await product_page(checkout))["items"] == []


async def test_pages_of_reviews_show_each_once_and_filter_by_stars(checkout: RunningCheckout) -> None:
    ids = [await reviewed(checkout, rating=rating) for rating in (5, 4, 5)]

    async def counted() -> bool:
        return (await product_page(checkout))["rating"]["count"] == 3  # type: ignore[no-any-return]

    await eventually(counted)
    listed: list[str] = []
    cursor = ""
    while True:
        page = await product_page(checkout, f"?limit=2{cursor}")
        listed += [one["review_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert listed == ids[::-1]
    five = await product_page(checkout, "?rating=5")
    assert [one["review_id"] for one in five["items"]] == [ids[2], ids[0]]
    assert five["rating"]["average"] == 4.7


async def test_reviews_of_what_the_viewer_cannot_see_are_not_found(checkout: RunningCheckout) -> None:
    other_host = checkout.issuer.headers("host", host_id="host9")
    other_viewer = checkout.issuer.viewer("mpother001", checkout.openid)
    path = f"/products/{checkout.product_id}/reviews"
    for headers in (other_host, other_viewer):
        async with checkout.service.http.get(checkout.url(path), headers=headers) as answer:
            assert answer.status == 404
    assert (await checkout.call("GET", "/products/nosuchproduct/reviews"))[0] == 404


async def test_the_owner_lists_and_answers_reviews(checkout: RunningCheckout) -> None:
    review_id = await reviewed(checkout)
    path = f"/mini-programs/{checkout.mini_program_id}/reviews"
    _, page = await checkout.call_as_owner("GET", f"{path}?answered=false&product_id={checkout.product_id}")
    [listed] = page["items"]
    assert (listed["review_id"], listed["version"], listed["is_shown"]) == (review_id, 1, True)
    answer = {"text": "Thank you!"}
    for _ in range(2):
        status, answered = await checkout.call_as_owner("PUT", f"/reviews/{review_id}/answer", answer)
        assert (status, answered["version"], answered["answer"]["text"]) == (200, 2, "Thank you!")
    assert (await product_page(checkout))["items"][0]["answer"]["text"] == "Thank you!"
    for query, found in (("answered=true", 1), ("answered=false", 0), ("rating=5", 0)):
        _, page = await checkout.call_as_owner("GET", f"{path}?{query}")
        assert len(page["items"]) == found, query


async def test_the_owner_follows_reviews_by_the_time_of_their_change(checkout: RunningCheckout) -> None:
    first, second = [await reviewed(checkout) for _ in range(2)]
    await checkout.call_as_owner("PUT", f"/reviews/{first}/answer", {"text": "Thank you!"})
    path = f"/mini-programs/{checkout.mini_program_id}/reviews?updated_since=2020-01-01T00:00:00Z&limit=1"
    _, page = await checkout.call_as_owner("GET", path)
    _, next_page = await checkout.call_as_owner("GET", f"{path}&cursor={page['next_cursor']}")
    assert [page["items"][0]["review_id"], next_page["items"][0]["review_id"]] == [second, first]


async def test_reviews_of_others_are_not_found(checkout: RunningCheckout) -> None:
    review_id = await reviewed(checkout)
    other = checkout.issuer.headers("owner", owner_id="owner2")
    base = f"{checkout.service.url}/v1/owner"
    for method, path, body in (
        ("GET", f"/mini-programs/{checkout.mini_program_id}/reviews", None),
        ("PUT", f"/reviews/{review_id}/answer", {"text": "Mine"}),
        ("PUT", "/reviews/nosuchreview/answer", {"text": "Mine"}),
    ):
        async with checkout.service.http.request(method, base + path, json=body, headers=other) as answer:
            assert answer.status == 404


async def test_a_review_goes_with_the_refund_of_its_order_in_full(checkout: RunningCheckout) -> None:
    kept, refunded = await reviewed(checkout), await checkout.completed_id()
    status, written = await review(checkout, refunded, rating=5)
    assert status == 201
    body = {"reason": "an own purchase"}
    status, order = await checkout.call_as_owner("POST", f"/orders/{refunded}/refunds", body, key="r")
    assert status == 201, order
    [refund] = order["refunds"]
    settled = refund_settled(refunded, refund["refund_id"], refund["amount"]["amount"])
    await checkout.publish(settled, settled)

    async def is_gone() -> bool:
        page = await product_page(checkout)
        assert [one["review_id"] for one in page["items"]] == [kept]
        assert (page["rating"]["count"], page["rating"]["average"]) == (1, 4.0)
        return True

    await eventually(is_gone)
    _, own = await checkout.call("GET", f"/orders/{refunded}/reviews")
    assert [(one["status"], one["reason"]) for one in own["items"]] == [
        ("hidden", "The order was refunded in full.")
    ]
    _, shown = await checkout.call_as_operator(
        "POST", f"/buyers-reviews/{written['review_id']}/showing", {"reason": "it is none"}
    )
    assert not shown["is_shown"]


async def test_a_review_that_is_stored_after_the_refund_is_taken_out_too(checkout: RunningCheckout) -> None:
    """As when the refund settles between the look at the order and the insert of the review."""
    order_id = await checkout.completed_id()
    _, written = await review(checkout, order_id)
    await checkout.collection.update_one({"_id": order_id}, {"$set": {"status": "refunded"}})

    async def is_gone() -> bool:
        assert (await product_page(checkout))["items"] == []
        return True

    stored = await checkout.service.db["reviews"].find_one({"_id": written["review_id"]})
    event = ReviewPublished(
        version=1, review_id=stored["_id"], mini_program_id=checkout.mini_program_id, product_id=checkout.product_id,
        sku_id=checkout.sku_id, rating=4, is_shown=True, at=stored["at"],
    )  # fmt: skip
    await checkout.publish(event)
    await eventually(is_gone)


async def test_an_outdated_editor_does_not_overwrite_an_answer(checkout: RunningCheckout) -> None:
    review_id = await reviewed(checkout)
    await checkout.call_as_owner("PUT", f"/reviews/{review_id}/answer", {"text": "Thank you!"})
    headers = checkout.issuer.headers("owner", owner_id="owner1") | {"If-Match": '"1"'}
    url = f"{checkout.service.url}/v1/owner/reviews/{review_id}/answer"
    async with checkout.service.http.put(url, json={"text": "Late"}, headers=headers) as answer:
        assert (answer.status, (await answer.json())["version"]) == (412, 2)


async def test_an_operator_hides_a_review_and_shows_it_again(checkout: RunningCheckout) -> None:
    review_id = await reviewed(checkout)
    for _ in range(2):
        path = f"/buyers-reviews/{review_id}/hiding"
        status, hidden = await checkout.call_as_operator("POST", path, {"reason": "spam"})
        assert (status, hidden["is_shown"], hidden["reason"], hidden["version"]) == (200, False, "spam", 2)
    assert await checkout.call_as_operator("GET", f"/buyers-reviews/{review_id}") == (200, hidden)
    assert await checkout.call_as_owner("GET", f"/reviews/{review_id}") == (200, hidden)
    assert (await product_page(checkout))["items"] == []
    await stars_are(checkout)
    path = f"/buyers-reviews/{review_id}/showing"
    await checkout.call_as_operator("POST", path, {"reason": "it is none"})
    await stars_are(checkout, **{"4": 1})
    assert (await checkout.call_as_operator("POST", path, {}))[0] == 422


async def test_a_text_that_must_not_be_shown_is_refused(checkout: RunningCheckout) -> None:
    order_id = await checkout.completed_id()
    status, problem = await review(checkout, order_id, text="专业代开发票")
    assert (status, problem["code"], problem["errors"][0]["field"]) == (422, "content_refused", "text")
    assert (await review(checkout, order_id))[0] == 201  # nothing was kept of the refused one
    review_id = (await product_page(checkout))["items"][0]["review_id"]
    status, problem = await checkout.call_as_owner(
        "PUT", f"/reviews/{review_id}/answer", {"text": "代开发票"}
    )
    assert (status, problem["code"]) == (422, "content_refused")


async def test_each_change_is_published_whole_and_without_a_text(checkout: RunningCheckout) -> None:
    review_id = await reviewed(checkout)
    await checkout.call_as_operator("POST", f"/buyers-reviews/{review_id}/hiding", {"reason": "spam"})

    async def told() -> list[Any] | None:
        records = await records_of(checkout.kafka, checkout.prefix + REVIEWS.name)
        own = [record for record in records if record.key == review_id.encode()]
        return own if len(own) == 2 else None

    records = await checkout.eventually(told, what="two events")
    assert types_of(records) == ["ReviewPublished", "ReviewChanged"]
    published, changed = map(value_of, records)
    assert (published["is_shown"], changed["is_shown"], changed["version"]) == (True, False, 2)
    assert (changed["product_id"], changed["rating"]) == (checkout.product_id, 4)
    assert not {"text", "openid", "author"} & changed.keys()


async def let_wait(checkout: RunningCheckout, review_id: str, **fields: Any) -> None:
    """Have texts of a review wait, as when a provider is away."""
    stored = checkout.service.db["reviews"]
    await stored.update_one({"_id": review_id}, {"$set": {"is_waiting": True, **fields}})


async def waiting_of(checkout: RunningCheckout, review_id: str, query: str = "") -> list[Any]:
    """The checks of the review in the operators' list, over all its pages."""
    found: list[Any] = []
    cursor = ""
    while True:
        status, page = await checkout.call_as_operator("GET", f"/content-checks?limit=1{query}{cursor}")
        assert status == 200, page
        found += [check for check in page["items"] if check["object_id"] == review_id]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def test_a_text_that_waits_is_seen_once_an_operator_passes_it(checkout: RunningCheckout) -> None:
    review_id = await reviewed(checkout)
    await let_wait(checkout, review_id, **{"text.status": "waiting", "is_shown": False})
    await let_wait(checkout, await reviewed(checkout), **{"text.status": "waiting", "is_shown": False})
    assert (await product_page(checkout))["items"] == []
    path = f"/mini-programs/{checkout.mini_program_id}/reviews"
    assert (await checkout.call_as_owner("GET", path))[1]["items"] == []
    [check] = await waiting_of(checkout, review_id, "&updated_since=2020-01-01T00:00:00Z")
    assert await waiting_of(checkout, review_id) == [check]
    assert (check["kind"], check["texts"], check["status"]) == ("review", {"text": TEXT}, "waiting")
    one = f"/content-checks/{check['check_id']}"
    path = f"{one}/approval"
    assert await checkout.call_as_operator("GET", one) == (200, check)
    assert (await checkout.call_as_owner("GET", f"/reviews/{review_id}"))[0] == 404
    status, decided = await checkout.call_as_operator("POST", path)
    assert (status, decided["status"], decided["model"]) == (200, "passed", "operator")
    assert await checkout.call_as_operator("GET", one) == (200, decided)
    assert (await checkout.call_as_owner("GET", f"/reviews/{review_id}"))[0] == 200
    assert (await checkout.call_as_owner("GET", f"/reviews/{review_id}", owner_id="other"))[0] == 404
    assert (await checkout.call_as_operator("POST", path))[0] == 404
    assert [one["review_id"] for one in (await product_page(checkout))["items"]] == [review_id]
    assert await waiting_of(checkout, review_id) == []


async def test_the_buyer_reads_why_a_text_was_refused(checkout: RunningCheckout) -> None:
    review_id = await reviewed(checkout)
    await let_wait(checkout, review_id, **{"text.status": "waiting", "is_shown": False})
    [check] = await waiting_of(checkout, review_id)
    reasons = {"reasons": [{"message": "names a person"}]}
    path = f"/content-checks/{check['check_id']}/rejection"
    assert (await checkout.call_as_operator("POST", path, {}))[0] == 422
    assert (await checkout.call_as_operator("POST", path, reasons))[1]["status"] == "refused"
    stored = await checkout.service.db["reviews"].find_one({"_id": review_id})
    _, own = await checkout.call("GET", f"/orders/{stored['order_id']}/reviews")
    assert [(one["status"], one["reason"]) for one in own["items"]] == [("refused", "names a person")]
