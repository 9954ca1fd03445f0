"""Cursors are read back for the list that they belong to, and for no other."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from runtime.web.cursors import list_of, read_cursor, write_cursor
from runtime.web.problems import Problem


def listed(path: str) -> str:
    return list_of(make_mocked_request("GET", path))


def test_a_cursor_holds_for_the_same_list_whatever_the_order_and_size_of_its_pages() -> None:
    cursor = write_cursor(listed("/v1/things?sort=price&q=tea&limit=2"), 7, "p1")
    again = listed(f"/v1/things?q=tea&sort=price&limit=9&cursor={cursor}")
    assert read_cursor(again, cursor, int, str) == (7, "p1")


@pytest.mark.parametrize(
    "other",
    [
        "/v1/things?sort=sales", "/v1/things", "/v1/things?sort=price&q=", "/v1/others?sort=price",
        "/v1/things/x?sort=price",
    ],
)  # fmt: skip
def test_a_cursor_of_another_sort_filter_or_list_is_refused(other: str) -> None:
    cursor = write_cursor(listed("/v1/things?sort=price"), "p1")
    with pytest.raises(Problem) as refused:
        read_cursor(listed(other), cursor, str)
    assert (refused.value.status, refused.value.code) == (422, "invalid_cursor")


@pytest.mark.parametrize("cursor", ["", "x", "W10", "WyJwMSJd", "eyJhIjoxfQ", "=" * 9])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Problem):
        read_cursor(listed("/v1/things"), cursor, str)
