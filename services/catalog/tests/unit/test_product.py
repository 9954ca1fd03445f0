"""The rules of products."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalog_support.samples import PRODUCT

from catalog.domain import product
from catalog.domain.errors import WrongContent
from catalog.domain.popularity import Popularity
from catalog.domain.product import Changed
from catalog.domain.terms import Terms


def changed(outcome: Changed | None) -> Changed:
    """The outcome of a command that must change something."""
    assert outcome is not None
    return outcome


def test_a_products_terms_follow_its_mini_program_unless_it_has_its_own() -> None:
    listed, _ = product.list_new("p1", "shop0001", PRODUCT, Terms(100, 500, 7))
    assert listed.terms == Terms(100, 500, 1)
    followed, event = changed(product.take_terms(listed, Terms(100, 600, 8)))
    assert (followed.terms, event) == (Terms(100, 600, 2), "changed")
    own, _ = changed(product.change(followed, replace(PRODUCT, own_terms=(1, 2)), Terms(100, 600, 8)))
    assert own.terms == Terms(1, 2, 3)
    assert product.take_terms(own, Terms(9, 9, 9)) is None
    delisted, _ = changed(product.delist(followed))
    assert changed(product.take_terms(delisted, Terms(9, 9, 9)))[1] == "delisted"


def test_a_share_that_its_mini_program_has_overtaken_stays_and_stops_no_other_change() -> None:
    listed, _ = product.list_new(
        "p1", "shop0001", replace(PRODUCT, own_terms=(None, 600)), Terms(100, 500, 1)
    )
    raised = Terms(100, 1000, 2)
    renamed = product.by_owner(replace(listed.details, title="Kettle"), listed, raised)
    assert (renamed.title, renamed.own_terms) == ("Kettle", (None, 600))
    assert changed(product.change(listed, renamed, raised))[0].terms.creator_bp == 1000
    with pytest.raises(WrongContent, match="at least 1000"):
        product.by_owner(replace(listed.details, own_terms=(None, 700)), listed, raised)


def test_a_repeat_changes_nothing() -> None:
    terms = Terms(100, 500, 1)
    listed, _ = product.list_new("p1", "shop0001", PRODUCT, terms)
    assert product.change(listed, PRODUCT, terms) is None
    delisted, _ = changed(product.delist(listed))
    assert product.delist(delisted) is None


def test_a_change_lists_a_delisted_product_again() -> None:
    terms = Terms(100, 500, 1)
    listed, _ = product.list_new("p1", "shop0001", PRODUCT, terms)
    delisted, _ = changed(product.delist(listed))
    assert changed(product.change(delisted, PRODUCT, terms))[1] == "listed"


def test_a_sku_that_is_named_twice_is_wrong_content() -> None:
    with pytest.raises(WrongContent):
        product.check(replace(PRODUCT, skus=PRODUCT.skus * 2))


def test_what_was_counted_is_no_edit() -> None:
    terms = Terms(100, 500, 1)
    listed, _ = product.list_new("p1", "shop0001", replace(PRODUCT, sales=7, rating=4.8), terms)
    assert (listed.sales, listed.rating) == (7, 4.8)
    counted, event = changed(product.count(listed, Popularity(sold=2, reviews=3, stars=10)))
    assert (counted.sales, counted.rating, event) == (9, 3.3, "changed")
    assert (counted.version, counted.edition) == (2, 1)
    assert product.count(counted, counted.popularity) is None
    delisted, _ = changed(product.delist(counted))
    assert (delisted.version, delisted.edition, delisted.sales) == (3, 2, 9)
    assert changed(product.count(delisted, Popularity()))[1] == "delisted"
