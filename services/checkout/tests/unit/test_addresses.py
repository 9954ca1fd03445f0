"""A buyer's addresses: saved once, limited, one default."""

from __future__ import annotations

from dataclasses import replace

import pytest
from checkout_support.samples import ADDRESS

from checkout.domain.account import MAX_ADDRESSES, Book, SavedAddress, with_address, with_change, without
from checkout.domain.errors import AddressNotFound, KeyReused, TooManyAddresses


def at_street(n: int, *, is_default: bool = False) -> SavedAddress:
    return SavedAddress(f"a{n}", replace(ADDRESS, street=f"West Lake {n}"), is_default)


def book_of(*saved: SavedAddress) -> Book:
    book: Book = ()
    for each in saved:
        book, _ = with_address(book, each)
    return book


def test_the_same_address_is_saved_once_and_keeps_its_id() -> None:
    book = book_of(at_street(1), at_street(2))
    after, saved = with_address(book, replace(at_street(1), address_id="another"))
    assert (after, saved.address_id) == (book, "a1")


def test_saving_it_again_as_the_default_makes_it_the_default() -> None:
    book = book_of(at_street(1), at_street(2, is_default=True))
    after, _ = with_address(book, at_street(1, is_default=True))
    assert [(s.address_id, s.is_default) for s in after] == [("a2", False), ("a1", True)]


def test_a_changed_address_can_become_the_only_default() -> None:
    book = book_of(at_street(1, is_default=True), at_street(2))
    after, _ = with_change(book, "a2", at_street(2).address, is_default=True)
    assert [s.address_id for s in after if s.is_default] == ["a2"]


def test_a_version_counts_what_the_buyer_sees_of_an_address_change() -> None:
    book = book_of(at_street(1, is_default=True), at_street(2))
    book, same = with_change(book, "a2", at_street(2).address, is_default=False)
    assert same.version == 1
    book, changed = with_change(book, "a2", at_street(3).address, is_default=True)
    assert changed.version == 2
    assert {s.address_id: s.version for s in book} == {"a2": 2, "a1": 2}, "a1 is no longer the default"


def test_one_address_more_than_the_limit_is_refused() -> None:
    book = book_of(*(at_street(n) for n in range(MAX_ADDRESSES)))
    with pytest.raises(TooManyAddresses):
        with_address(book, at_street(MAX_ADDRESSES))


def test_an_unknown_address_can_be_neither_changed_nor_deleted() -> None:
    with pytest.raises(AddressNotFound):
        with_change((), "a1", at_street(1).address, is_default=False)
    with pytest.raises(AddressNotFound):
        without(book_of(at_street(1)), "a2")


def test_a_repeated_request_saves_nothing_more_though_the_address_was_changed_in_the_meantime() -> None:
    first = replace(at_street(1), key="k1", fingerprint="f1")
    changed, _ = with_change(book_of(first), "a1", first.address, is_default=True)
    moved, _ = with_change(changed, "a1", at_street(2).address, is_default=False)
    after, saved = with_address(moved, replace(first, address_id="another"))
    assert (after, saved.address_id, saved.address) == (moved, "a1", at_street(2).address)


def test_a_key_of_another_request_is_refused() -> None:
    book = book_of(replace(at_street(1), key="k1", fingerprint="f1"))
    with pytest.raises(KeyReused):
        with_address(book, replace(at_street(2), key="k1", fingerprint="f2"))
