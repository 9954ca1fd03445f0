"""The rules of videos."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalog_support.samples import VIDEO

from catalog.domain import video
from catalog.domain.errors import WrongContent
from catalog.domain.video import Anchor


def test_an_anchor_that_is_named_twice_is_wrong_content() -> None:
    with pytest.raises(WrongContent):
        video.check(VIDEO.anchors * 2)


def test_a_videos_events_name_what_happened_and_the_anchor() -> None:
    assert video.events_of(None, VIDEO) == [("published", ""), ("mounted", "a")]
    assert video.events_of(VIDEO, VIDEO) == []
    elsewhere = replace(VIDEO, anchors=(replace(VIDEO.anchors[0], product_id="p2"),))
    assert video.events_of(VIDEO, elsewhere) == [("mounted", "a")]
    assert video.events_of(VIDEO, replace(VIDEO, anchors=())) == [("unmounted", "a")]
    assert video.events_of(VIDEO, replace(VIDEO, title="New")) == [("published", "")]
    two = replace(VIDEO, anchors=(*VIDEO.anchors, Anchor("b", "x", "shop0001", "p1", 0)))
    assert video.events_of(two, replace(two, anchors=two.anchors[::-1])) == [("published", "")]
