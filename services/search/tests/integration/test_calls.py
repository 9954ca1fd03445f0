"""Search's calls answer in the shapes of the API."""

from __future__ import annotations

import pytest
from search_support.client import Publish, RunSearch
from search_support.events import PROGRAM, product, program, stock

pytestmark = pytest.mark.timeout(180)


async def test_the_calls_answer_in_the_shapes_of_the_api(run_search: RunSearch, publish: Publish) -> None:
    await publish(program(), *(product(f"p{n}", f"Desk lamp {n}") for n in range(25)), stock("p1", 0, 1))
    async with run_search() as client:
        path = f"/v1/mini-programs/{PROGRAM}/search"
        status, body = await client.get(path, q="desk lamp", limit="10")
        assert (status, len(body["items"]), body["items"][0]["kind"]) == (200, 10, "product")
        assert body["facets"]["category"] == [{"value": "lamps", "name": "灯具", "count": 25}]
        status, following = await client.get(path, q="desk lamp", limit="10", cursor=body["next_cursor"])
        assert status == 200
        assert not {i["product_id"] for i in body["items"]} & {i["product_id"] for i in following["items"]}
        status, body = await client.get(path, q="", in_stock="false")
        assert [i["product_id"] for i in body["items"]] == ["p1"]
        assert (await client.get(path, host="elsewhere", q="lamp"))[0] == 404
        assert (await client.get("/v1/mini-programs/nowhere01/search", q="lamp"))[0] == 404
        for params, code in [
            ({"q": ""}, "empty_query"), ({"q": "x" * 5000}, "query_too_long"), ({"q": "a", "cursor": "AAAA"}, "invalid_cursor"),
            ({"q": "a", "limit": "101"}, "invalid_content"), ({}, "invalid_content"), ({"q": "a", "wat": "1"}, "invalid_content"),
        ]:  # fmt: skip
            status, body = await client.get("/v1/search", **params)
            assert (status, body["code"]) == (422, code), params
        viewer = client.issuer.viewer(PROGRAM, "o1", host_id="app")
        async with client.http.get(client.url + path, params={"q": "lamp"}, headers=viewer) as answer:
            assert answer.status == 200
        other = client.issuer.viewer("another001", "o1", host_id="app")
        async with client.http.get(client.url + path, params={"q": "lamp"}, headers=other) as answer:
            assert answer.status == 404
        async with client.http.get(f"{client.url}/v1/search", params={"q": "lamp"}) as answer:
            assert answer.status == 401
        async with client.http.get(f"{client.url}/readyz") as answer:
            assert answer.status == 200
