"""The rules of videos."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalog_support.samples import VIDEO

from catalog.domain import video
from catalog.domain.errors import Refused, WrongContent
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


def test_a_changed_title_waits_and_the_old_one_stays_until_it_is_approved() -> None:
    published, _ = must(video.put(None, VIDEO))
    wanted = replace(VIDEO, anchors=(replace(VIDEO.anchors[0], title="Best tea"),))
    waiting, events = must(video.put(published, wanted))
    assert events == []
    assert (waiting.anchors[0].title, waiting.anchors[0].wanted.title) == (VIDEO.anchors[0].title, "Best tea")
    assert video.put(waiting, wanted) is None
    shown, events = video.approve_title(waiting, "a")
    assert (shown.anchors[0].title, shown.anchors[0].waiting, events) == (
        "Best tea",
        None,
        [("mounted", "a")],
    )
    with pytest.raises(Refused):
        video.approve_title(shown, "a")


def test_a_rejected_title_is_gone_and_its_creator_reads_why() -> None:
    published, _ = must(video.put(None, VIDEO))
    wanted = replace(VIDEO, anchors=(replace(VIDEO.anchors[0], title="Cures all"),))
    waiting, _ = must(video.put(published, wanted))
    rejected, events = video.reject_title(waiting, "a", "no cure")
    anchor = rejected.anchors[0]
    assert (anchor.title, anchor.waiting, anchor.rejected_for, events) == (
        VIDEO.anchors[0].title, None, "no cure", [],
    )  # fmt: skip
    again, _ = must(video.put(rejected, wanted))
    assert again.anchors[0].wanted.title == "Cures all"
    withdrawn, _ = must(video.put(again, VIDEO))
    assert withdrawn.anchors[0].waiting is None


def test_an_anchor_that_leads_elsewhere_is_a_new_one_with_its_own_title() -> None:
    published, _ = must(video.put(None, VIDEO))
    elsewhere = replace(VIDEO.anchors[0], product_id="p2", title="Pots")
    after, events = must(video.put(published, replace(VIDEO, anchors=(elsewhere,))))
    assert (after.anchors[0].title, after.anchors[0].waiting) == ("Pots", None)
    assert events == [("mounted", "a")]


def test_a_deleted_video_loses_its_anchors_and_comes_back_when_it_is_published_again() -> None:
    published, _ = must(video.put(None, VIDEO))
    gone, events = video.delete(published)
    assert (gone.deleted, gone.anchors, events) == (True, (), [("unmounted", "a"), ("removed", "")])
    back, events = must(video.put(gone, VIDEO))
    assert (back.deleted, back.version, events) == (False, 3, [("published", ""), ("mounted", "a")])


def test_a_video_has_at_most_twenty_anchors() -> None:
    many = tuple(Anchor(f"a{n}", "x", "shop0001", "p1", 0) for n in range(21))
    with pytest.raises(WrongContent):
        video.check(many)


def must(changed: video.Changed | None) -> video.Changed:
    assert changed is not None
    return changed
