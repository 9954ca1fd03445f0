"""Parcels name a carrier, have a page that follows them, and can be corrected while they are on their way."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta

import pytest
from checkout_support.samples import NOW, paid_order, parcel
from pydantic import ValidationError

from checkout.domain.carriers import CARRIERS, NUMBER, OTHER, carrier_of, display_name
from checkout.domain.errors import CorrectionRefused, IllegalTransition, ShipmentNotFound
from checkout.domain.order import Order
from checkout.domain.shipments import MAX_CORRECTIONS, Label
from checkout.http.order_views import order_view
from contracts.api.shipments import ShipmentCorrection, ShipmentRequest

LATER = NOW + timedelta(hours=1)


def sent_order() -> Order:
    order = paid_order()
    order.ship(parcel("s1", ("sku1", 1)))
    order.ship(parcel("s2"))
    return order


@pytest.mark.parametrize("named", ["sf", "SF", "顺丰速运", "sf express", " SF Express "])
def test_a_carrier_is_known_by_its_id_and_its_names(named: str) -> None:
    assert carrier_of(named).carrier_id == "sf"


def test_a_carrier_that_is_not_in_the_list_keeps_its_name_and_has_no_page() -> None:
    carrier = carrier_of("Uncle Wang")
    assert (carrier.carrier_id, carrier.url_of("N1"), display_name("Uncle Wang")) == (
        OTHER,
        None,
        "Uncle Wang",
    )


def test_each_carrier_has_an_id_and_names_of_its_own_and_one_place_for_the_number() -> None:
    names = [n for c in CARRIERS for n in {c.carrier_id, c.name.casefold(), c.name_en.casefold()}]
    assert len(names) == len(set(names))
    for carrier in CARRIERS:
        url = carrier.tracking_url
        assert (url is None) == (carrier.carrier_id == OTHER)
        assert url is None or (url.startswith("https://") and url.count(NUMBER) == 1)


def test_the_view_of_a_parcel_says_where_it_is_followed() -> None:
    order = paid_order()
    order.ship(replace(parcel(), carrier="zto", tracking_number="78120"))
    [view] = order_view(order).shipments
    assert (view.carrier, view.carrier_en, view.carrier_id) == ("中通快递", "ZTO Express", "zto")
    assert view.tracking_url == "https://www.kuaidi100.com/chaxun?com=zhongtong&nu=78120"


@pytest.mark.parametrize(
    ("written", "shown", "in_english"),
    [
        ("中通快递", "中通快递", "ZTO Express"),
        ("zto express", "zto express", "ZTO Express"),
        ("Uncle Wang", "Uncle Wang", "Uncle Wang"),
        ("other", "其他", "Other"),
    ],
)
def test_a_carrier_is_named_in_both_languages(written: str, shown: str, in_english: str) -> None:
    order = paid_order()
    order.ship(replace(parcel(), carrier=written))
    [view] = order_view(order).shipments
    assert (view.carrier, view.carrier_en) == (shown, in_english)


def test_the_same_number_under_another_name_of_its_carrier_is_the_same_parcel() -> None:
    order = paid_order()
    order.ship(parcel("s1", ("sku1", 1)))
    assert order.ship(replace(parcel("s1", ("sku1", 1)), carrier="顺丰速运")) == []


def test_a_corrected_parcel_keeps_its_wrong_number_in_its_history() -> None:
    order = sent_order()
    assert order.correct_shipment("s1", None, "N9", LATER) == []
    assert order.correct_shipment("s1", "zto", None, LATER) == []
    corrected = order.shipments[0]
    assert (corrected.carrier, corrected.tracking_number) == ("zto", "N9")
    assert corrected.corrections == (Label("SF", "Ns1", LATER), Label("SF", "N9", LATER))


def test_a_correction_that_changes_nothing_is_a_repeat() -> None:
    order = sent_order()
    before = copy.deepcopy(order)
    order.correct_shipment("s1", "SF", "Ns1", LATER)
    assert order == before


def test_a_correction_names_a_parcel_of_the_order_and_no_label_of_another() -> None:
    order = sent_order()
    with pytest.raises(ShipmentNotFound):
        order.correct_shipment("s3", None, "N9", LATER)
    with pytest.raises(CorrectionRefused, match="Another parcel"):
        order.correct_shipment("s1", None, "Ns2", LATER)
    for n in range(MAX_CORRECTIONS):
        order.correct_shipment("s1", None, f"M{n}", LATER)
    with pytest.raises(CorrectionRefused, match="at most"):
        order.correct_shipment("s1", None, "more", LATER)


def test_a_parcel_that_was_received_cannot_be_corrected() -> None:
    order = sent_order()
    order.receive(NOW)
    with pytest.raises(IllegalTransition):
        order.correct_shipment("s1", None, "N9", LATER)


@pytest.mark.parametrize("body", [{"carrier": "other"}, {"carrier": "sf", "carrier_name": "Wang"}])
def test_another_carrier_needs_a_name_and_a_listed_one_has_its_own(body: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="carrier_name"):
        ShipmentRequest.model_validate(body | {"tracking_number": "1"})
    named = ShipmentRequest(carrier="other", carrier_name="Wang", tracking_number="1").named
    assert named == "Wang"


def test_a_correction_says_what_is_right() -> None:
    with pytest.raises(ValidationError, match="carrier or the tracking_number"):
        ShipmentCorrection()
