"""Documents of a later version of a service are read, so that an update can be rolled out replica by replica."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from runtime.mongo.documents import read_as


@dataclass(frozen=True)
class Line:
    sku_id: str
    quantity: int
    note: str = ""


def test_a_field_that_this_version_does_not_know_is_ignored() -> None:
    assert read_as(Line, {"sku_id": "s", "quantity": 2, "of_a_later_version": 1}) == Line("s", 2)


def test_a_converted_value_replaces_the_stored_one() -> None:
    assert read_as(Line, {"sku_id": "s", "quantity": "2"}, quantity=2) == Line("s", 2)


def test_a_missing_field_without_a_default_is_an_error() -> None:
    with pytest.raises(TypeError, match="quantity"):
        read_as(Line, {"sku_id": "s"})
