"""Ids and picture paths end in URLs: none leads to another path than it names."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.api.common import Id, Picture

PICTURE = TypeAdapter[str](Picture)
ID = TypeAdapter[str](Id)


@pytest.mark.parametrize(
    "path",
    ["/media/tea.png", "/media/shop/tea_2-a.b.png", "/media/a..png", "https://cdn.example/../a.png"],
)
def test_a_picture_has_a_path_below_media_or_an_address_of_its_own(path: str) -> None:
    assert PICTURE.validate_python(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "/media/..", "/media/../v1/token", "/media/a/../../v1", "/media/./a", "/media/.env", "/media/a/.git/b",
        "/media/", "/media//a", "/media/a/", "/media/a//b", "//evil.example/a", "/media/%2e%2e/a", "/media/a\n",
    ],
)  # fmt: skip
def test_no_picture_path_leads_elsewhere(path: str) -> None:
    with pytest.raises(ValidationError):
        PICTURE.validate_python(path)


@pytest.mark.parametrize("value", [".", "..", ".a", "a/b", "%2e%2e", ""])
def test_no_id_leads_elsewhere(value: str) -> None:
    with pytest.raises(ValidationError):
        ID.validate_python(value)


@pytest.mark.parametrize("value", ["p1", "a.b", "a..b", "urn:x-1", "_x"])
def test_ids_may_contain_dots(value: str) -> None:
    assert ID.validate_python(value) == value
