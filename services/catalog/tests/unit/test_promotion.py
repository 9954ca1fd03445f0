"""Who may promote a mini program."""

from __future__ import annotations

import pytest

from catalog.domain.errors import WrongContent
from catalog.domain.promotion import Promotion


def test_anyone_may_promote_until_the_owner_says_otherwise() -> None:
    promotion = Promotion("shop0001")
    assert promotion.allows("lin")
    nobody = promotion.change("nobody", [])
    assert nobody is not None
    assert not nobody.allows("lin")
    invited = nobody.change("invited", ["lin", "lin"])
    assert invited is not None
    assert (invited.creator_ids, invited.version) == (("lin",), 2)
    assert (invited.allows("lin"), invited.allows("mei")) == (True, False)
    assert invited.change("invited", ["lin"]) is None


def test_creators_are_named_only_when_they_are_invited() -> None:
    with pytest.raises(WrongContent):
        Promotion("shop0001").change("anyone", ["lin"])
