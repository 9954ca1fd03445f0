"""A path parameter of another form is refused in the same words by every call."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from gateway.calls import Call
from gateway.checks import Checks
from gateway.table import CALLS
from runtime.web.problems import Problem

RIGHT = {
    "mini_program_id": "demoshop01", "order_id": "demoshop01_01kb3v8w5r", "day": "2026-11-22", "path": "demo/tea.png",
}  # fmt: skip
WRONG = ["a b", "", ".", "..", "../x", "x" * 2000, "a\n", "é", "%2e%2e"]
CASES = [(call, name) for call in CALLS for name in call.parameters]


@pytest.mark.parametrize(
    ("call", "name"), CASES, ids=lambda part: part.name if isinstance(part, Call) else part
)
async def test_the_answer_names_the_part_and_what_it_would_look_like(call: Call, name: str) -> None:
    for wrong in WRONG:
        given = {other: RIGHT.get(other, "p-12") for other in call.parameters} | {name: wrong}
        refused = await refusal(call, given)
        [(field, message)] = refused.errors
        assert (refused.status, field) == (404 if call.method == "GET" else 422, name)
        assert "such as" in message


@pytest.mark.parametrize("day", ["2026-13-01", "20261122", "yesterday", "1999-12-31"])
async def test_a_day_of_another_form_is_refused_with_one_that_is_right(day: str) -> None:
    call = next(call for call in CALLS if call.method == "POST" and "day" in call.parameters)
    refused = await refusal(call, {"day": day})
    assert refused.code == "invalid_content"
    assert "2026-11-22" in refused.errors[0][1]


async def refusal(call: Call, given: dict[str, str]) -> Problem:
    """The checks refuse a path before they read anything else."""
    nothing: Any = None
    with pytest.raises(Problem) as refused:
        await Checks(call)(make_mocked_request(call.method, "/", match_info=given), nothing)
    return refused.value
