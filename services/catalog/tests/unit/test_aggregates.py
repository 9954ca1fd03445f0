"""Mini programs, products and videos by themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.adapters import codecs
from catalog.domain import mini_program, product, video
from catalog.domain.availability import why_unavailable
from catalog.domain.errors import OperatorsOnly, Refused, WrongContent
from catalog.domain.mini_program import Category, Face
from catalog.domain.product import Sheet, Sku
from catalog.domain.stock import adjustment
from catalog.domain.terms import Terms
from catalog.domain.video import Anchor, Video

FACE = Face(
    owner_id="o1", owner_name="Owner", owner_kind="brand", name="Shop", name_en="", aliases=("店",), slogan="",
    category="e_commerce", logo_url="/media/l.png", banner_url="", hosts=("h1",), categories=(Category("tea", "Tea"),),
    exposure_priority=0, sponsored=False, merchant="default", platform_bp=100, creator_bp=500,
)  # fmt: skip
SHEET = Sheet(
    title="Tea", title_en="", description="", brand="", model="", category_id="tea", attributes=(("a.b", "$c"),),
    images=("/media/t.png",), skus=(Sku("s1", (("weight", "1"),), 100),), rating=None, sales=0, share_allowed=True,
    own_terms=None,
)  # fmt: skip
VIDEO = Video("v1", "h1", "c1", "Lin", "Tea", "", 0, (Anchor("a", "x", "shop0001", "p1", 0),), 1)


def test_an_owner_may_say_everything_until_the_review() -> None:
    registered, event = mini_program.register("shop0001", FACE)
    assert event == "registered"
    lifted = replace(FACE, exposure_priority=9, platform_bp=1)
    changed, event = mini_program.change(registered, lifted, by_operator=False)
    assert (event, changed.version, changed.terms.version) == ("changed", 2, 2)


@pytest.mark.parametrize(
    ("field", "value"), [("exposure_priority", 1), ("sponsored", True), ("merchant", "m"), ("platform_bp", 1)]
)
def test_what_was_reviewed_is_the_operators(field: str, value: object) -> None:
    published, _ = mini_program.publish(mini_program.register("shop0001", FACE)[0])
    wanted = replace(FACE, **{field: value})  # type: ignore[arg-type]
    with pytest.raises(OperatorsOnly):
        mini_program.change(published, wanted, by_operator=False)
    assert mini_program.change(published, wanted, by_operator=True)[1] == "changed"
    assert mini_program.change(published, replace(FACE, creator_bp=1), by_operator=False)[1] == "changed"


def test_the_way_from_registration_to_suspension_and_back() -> None:
    registered, _ = mini_program.register("shop0001", FACE)
    for rule in (lambda p: mini_program.suspend(p, "x"), mini_program.reinstate):
        with pytest.raises(Refused):
            rule(registered)
    published, _ = mini_program.publish(registered)
    suspended, event = mini_program.suspend(published, "fakes")
    assert (event, suspended.reason) == ("suspended", "fakes")
    with pytest.raises(Refused):
        mini_program.publish(suspended)
    back, event = mini_program.reinstate(suspended)
    assert (event, back.state, back.reason, back.version) == ("changed", "published", "", 4)
    assert mini_program.reinstate(back) == (back, None)


def test_a_products_terms_follow_its_mini_program_unless_it_has_its_own() -> None:
    listed, _ = product.list_new("p1", "shop0001", SHEET, Terms(100, 500, 7))
    assert listed.terms == Terms(100, 500, 1)
    followed, event = product.take_terms(listed, Terms(100, 600, 8))
    assert (followed.terms, event) == (Terms(100, 600, 2), "changed")
    own, _ = product.change(followed, replace(SHEET, own_terms=(1, 2)), Terms(100, 600, 8))
    assert own.terms == Terms(1, 2, 3)
    assert product.take_terms(own, Terms(9, 9, 9)) == (own, None)
    gone, _ = product.delist(followed)
    assert product.take_terms(gone, Terms(9, 9, 9))[1] == "delisted"


def test_the_same_again_is_no_change() -> None:
    terms = Terms(100, 500, 1)
    listed, _ = product.list_new("p1", "shop0001", SHEET, terms)
    assert product.change(listed, SHEET, terms) == (listed, None)
    gone, _ = product.delist(listed)
    assert product.delist(gone) == (gone, None)
    assert product.change(gone, SHEET, terms)[1] == "listed"


def test_a_sku_or_an_anchor_named_twice_is_wrong_content() -> None:
    with pytest.raises(WrongContent):
        product.check(replace(SHEET, skus=SHEET.skus * 2))
    with pytest.raises(WrongContent):
        video.check(VIDEO.anchors * 2)


def test_a_videos_events_say_what_happened_to_it_and_to_which_anchor() -> None:
    assert video.events_of(None, VIDEO) == [("published", ""), ("mounted", "a")]
    assert video.events_of(VIDEO, VIDEO) == []
    elsewhere = replace(VIDEO, anchors=(replace(VIDEO.anchors[0], product_id="p2"),))
    assert video.events_of(VIDEO, elsewhere) == [("mounted", "a")]
    assert video.events_of(VIDEO, replace(VIDEO, anchors=())) == [("unmounted", "a")]
    assert video.events_of(VIDEO, replace(VIDEO, title="New")) == [("published", "")]
    two = replace(VIDEO, anchors=(*VIDEO.anchors, Anchor("b", "x", "shop0001", "p1", 0)))
    assert video.events_of(two, replace(two, anchors=two.anchors[::-1])) == [("published", "")]


def test_what_is_stored_is_read_back_the_same() -> None:
    program, _ = mini_program.register("shop0001", FACE)
    listed, _ = product.list_new("p1", "shop0001", replace(SHEET, own_terms=(1, 2)), Terms(100, 500, 1))
    stored = {"_id": "shop0001", **codecs.write_mini_program(program)}
    assert codecs.read_mini_program(stored) == program
    assert codecs.read_product({"_id": "p1", **codecs.write_product(listed)}) == listed
    assert codecs.read_video({"_id": "v1", **codecs.write_video(VIDEO)}) == VIDEO


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"state": None}, "gone"),
        ({"state": "registered"}, "gone"),
        ({"state": "suspended"}, "suspended"),
        ({"state": "suspended", "host_id": "h2"}, "not_in_this_host"),
        ({"belongs": False}, "gone"),
        ({"listed": False}, "delisted"),
        ({"available": 0}, "sold_out"),
    ],
)
def test_a_target_is_unavailable_for_the_first_reason_that_holds(
    changes: dict[str, object], reason: str | None
) -> None:
    normal: dict[str, object] = {
        "host_id": "h1", "state": "published", "hosts": {"h1"}, "belongs": True, "listed": True, "available": 1,
    }  # fmt: skip
    assert why_unavailable(**(normal | changes)) == reason  # type: ignore[arg-type]


def test_stock_never_falls_below_zero() -> None:
    assert adjustment(5, available=0, change=None) == -5
    assert adjustment(5, available=None, change=-5) == -5
    with pytest.raises(Refused):
        adjustment(5, available=None, change=-6)
