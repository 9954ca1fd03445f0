"""The demo's third-party platforms: what each of their processes knows, and that its catalogue fits its shops."""

from __future__ import annotations

from pathlib import Path

import pytest

from anchorage_demo import load_world
from anchorage_demo.platforms import SellingPlatform, load_platforms
from anchorage_local.secrets import Secrets
from anchorage_local.sellers import seller_environment, seller_parts
from anchorage_local.services import System, allowed_ports, choose_ports, choose_seller_ports
from anchorage_local.settings import LocalSettings
from platform_demo.catalogue import load_catalogue
from platform_demo.settings import read_settings

PLATFORMS = load_platforms()


def system_in(folder: Path, **settings: object) -> System:
    local = LocalSettings.model_validate({"data": folder, "huaiyu_port": 0, **settings})
    return System(
        settings=local,
        kafka="127.0.0.1:29092",
        mongodb="mongodb://127.0.0.1:27117/?replicaSet=rs0",
        ports=choose_ports(local),
        ports_of_sellers=choose_seller_ports(local),
        secrets=Secrets(folder / "secrets"),
        folder=folder,
    )


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.slug)
def test_a_process_can_read_its_settings_and_has_a_database_and_client_of_its_own(
    platform: SellingPlatform, tmp_path: Path
) -> None:
    system = system_in(tmp_path)
    given = seller_environment(platform, system)
    assert not [name for name in given if not name.startswith("PLATFORM_")]
    settings = read_settings(given)
    assert settings.port == system.ports_of_sellers[platform.slug]
    assert settings.client_secret == system.client_secret(platform.owner.client_id)
    others = [read_settings(seller_environment(other, system)) for other in PLATFORMS if other != platform]
    for other in others:
        assert {settings.database, settings.client_id} & {other.database, other.client_id} == set()


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.slug)
def test_a_catalogue_fits_the_shops_that_the_operator_opened(platform: SellingPlatform) -> None:
    catalogue = load_catalogue(platform.slug)
    shops = {shop.mini_program_id: shop for shop in platform.shops}
    assert catalogue.name.zh == platform.owner.name.zh
    assert {shop.mini_program_id: shop.name.zh for shop in catalogue.shops} == {
        shop.mini_program_id: shop.name.zh for shop in platform.shops
    }
    for shop in catalogue.shops:
        assert {product.category for product in shop.products} == {
            category.category_id for category in shops[shop.mini_program_id].categories
        }


def test_platforms_have_shops_in_both_hosts_under_ids_of_their_own() -> None:
    world = load_world()
    hosts = {host.host_id for host in world.hosts}
    taken = {
        *(program.mini_program_id for program in world.mini_programs),
        *(owner.owner_id for owner in world.owners),
        *(owner.client_id for owner in world.owners),
    }
    ids = [
        one
        for platform in PLATFORMS
        for one in (
            platform.owner.owner_id,
            platform.owner.client_id,
            *(shop.mini_program_id for shop in platform.shops),
        )
    ]
    assert len(PLATFORMS) == 2
    assert len(ids) == len(set(ids))
    assert not taken & set(ids)
    assert all(set(shop.host_ids) == hosts for platform in PLATFORMS for shop in platform.shops)


def test_webhooks_may_call_the_platforms(tmp_path: Path) -> None:
    system = system_in(tmp_path)
    allowed = [
        range(*(int(port) + n for n, port in enumerate(one.rpartition(":")[2].split("-"))))
        for one in allowed_ports(system).split(",")
    ]
    assert all(any(port in one for one in allowed) for port in system.ports_of_sellers.values())


def test_they_are_parts_of_a_run_unless_switched_off(tmp_path: Path) -> None:
    names = [part.name for part in seller_parts(system_in(tmp_path))]
    assert names == [platform.slug for platform in PLATFORMS]
    assert seller_parts(system_in(tmp_path, platforms="no")) == []
