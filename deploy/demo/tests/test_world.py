"""The demo world holds together, and holds what the demo promises."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

import pytest

from anchorage_demo import Text, load_world
from anchorage_demo.world import MiniProgram, World
from content_check.rules import WordRules

HAN = re.compile(r"[\u3400-\u9fff]")
LOW_STOCK = 6


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


def texts(part: object) -> Iterator[Text]:
    """Every text anywhere below `part`."""
    if isinstance(part, Text):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from texts(item)
    elif is_dataclass(part):
        for field in fields(part):
            yield from texts(getattr(part, field.name))


def ids(world: World) -> list[str]:
    return [
        *(host.host_id for host in world.hosts),
        *(owner.owner_id for owner in world.owners),
        *(operator.operator_id for operator in world.operators),
        *(program.mini_program_id for program in world.mini_programs),
        *(product.product_id for product in world.products),
        *(sku.sku_id for product in world.products for sku in product.skus),
        *(account.account_id for account in world.accounts),
        *(creator.creator_id for creator in world.creators),
        *(video.video_id for video in world.videos),
        *(anchor.anchor_id for video in world.videos for anchor in video.anchors),
    ]


def test_three_shops_belong_to_a_brand_a_platform_and_a_celebrity(world: World) -> None:
    assert sorted(owner.kind for owner in world.shop_owners) == ["brand", "celebrity", "platform"]
    assert len({shop.owner_id for shop in world.shops}) == len(world.shops) == 3


def test_there_are_two_hosts_of_different_kinds(world: World) -> None:
    assert {host.kind for host in world.hosts} == {"short_video", "news"}


def test_all_shops_are_in_the_first_host_and_two_are_in_both(world: World) -> None:
    first, second = (host.host_id for host in world.hosts)
    assert all(first in shop.host_ids for shop in world.shops)
    assert sum(second in shop.host_ids for shop in world.shops) >= 2


def test_every_shop_has_sixty_products_on_six_to_ten_shelves(world: World) -> None:
    for shop in world.shops:
        products = world.products_of(shop.mini_program_id)
        shelves = {category.category_id for category in shop.categories}
        assert len(products) >= 60
        assert 6 <= len(shelves) <= 10
        assert {product.category_id for product in products} == shelves


def test_games_stand_beside_the_shops_and_have_owners(world: World) -> None:
    games = [program for program in world.mini_programs if program.category == "game"]
    assert len(games) >= 3
    assert {game.owner_id for game in games} <= {owner.owner_id for owner in world.owners}


def test_no_id_is_given_twice(world: World) -> None:
    assert [name for name, times in Counter(ids(world)).items() if times > 1] == []


def test_ids_keep_to_their_patterns(world: World) -> None:
    for program in world.mini_programs:
        assert re.fullmatch(r"[a-z0-9]{8,32}", program.mini_program_id)
    for name in ids(world):
        assert re.fullmatch(r"[A-Za-z0-9_]{1,64}", name)


def test_every_client_has_an_id_of_its_own(world: World) -> None:
    clients = [
        party.client_id
        for group in (world.hosts, world.owners, world.creators, world.operators)
        for party in group
    ]
    assert len(clients) == len(set(clients))


def test_every_product_can_be_chosen_in_several_skus_that_differ(world: World) -> None:
    for product in world.products:
        choices = {tuple((choice.key, choice.value) for choice in sku.attributes) for sku in product.skus}
        assert len(choices) == len(product.skus) >= 2, product.product_id


def test_skus_and_facts_differ_in_english_as_they_do_in_chinese(world: World) -> None:
    for product in world.products:
        assert len({a.name.en for a in product.attributes}) == len(product.attributes), product.product_id
        english = [{a.name.en: a.value.en for a in sku.attributes} for sku in product.skus]
        assert all(one not in english[:n] for n, one in enumerate(english)), product.product_id


def test_prices_are_whole_fen_and_believable(world: World) -> None:
    prices = [sku.price_fen for product in world.products for sku in product.skus]
    assert all(isinstance(price, int) for price in prices)
    assert min(prices) >= 1_000
    assert max(prices) <= 2_000_000


def test_some_skus_are_low_and_some_sold_out_but_no_product_is_wholly_gone(world: World) -> None:
    levels = [sku.stock for product in world.products for sku in product.skus]
    assert min(levels) == 0
    assert sum(level == 0 for level in levels) >= 20
    assert sum(0 < level <= LOW_STOCK for level in levels) >= 20
    assert all(any(sku.stock for sku in product.skus) for product in world.products)


def test_ratings_and_commissions_are_within_bounds(world: World) -> None:
    for product in world.products:
        assert 1 <= product.rating <= 5
        assert product.sold > 0
        assert 0 < product.commission.creator_bps <= 3_000
        assert 0 < product.commission.platform_bps <= 1_000
    assert len({product.commission.creator_bps for product in world.products}) >= 5


def test_everything_speaks_chinese_and_english(world: World) -> None:
    for text in texts((world,)):
        assert text.zh.strip()
        assert text.en.strip()
        assert not HAN.search(text.en), text
    for name in [
        *(product.title for product in world.products),
        *(product.description for product in world.products),
        *(video.title for video in world.videos),
        *(anchor.title for video in world.videos for anchor in video.anchors),
        *(program.name for program in world.mini_programs),
        *(account.name for account in world.accounts),
        *(owner.name for owner in world.owners),
    ]:
        assert HAN.search(name.zh), name


def test_titles_are_not_repeated_and_descriptions_say_something(world: World) -> None:
    assert len({product.title for product in world.products}) == len(world.products)
    for product in world.products:
        assert len(product.description.zh) >= 40, product.product_id
        assert len(product.description.en.split()) >= 20, product.product_id
        assert product.attributes, product.product_id


def test_every_anchor_leads_to_a_product_sold_in_the_videos_host(world: World) -> None:
    for video in world.videos:
        assert 1 <= len(video.anchors) <= 3
        for anchor in video.anchors:
            shop = world.mini_program(world.product(anchor.product_id).mini_program_id)
            assert video.host_id in shop.host_ids, anchor.anchor_id


def test_every_creator_has_an_account_where_their_videos_play(world: World) -> None:
    owned = {account.account_id: account for account in world.accounts}
    assert len(world.creators) >= 5
    assert len(world.videos) >= 20
    assert {video.host_id for video in world.videos} == {host.host_id for host in world.hosts}
    for video in world.videos:
        account = owned[world.creator(video.creator_id).account_ids[video.host_id]]
        assert (account.host_id, account.creator_id) == (video.host_id, video.creator_id)


def test_every_shop_is_met_from_a_video(world: World) -> None:
    anchored = {
        world.product(anchor.product_id).mini_program_id for video in world.videos for anchor in video.anchors
    }
    assert anchored == {shop.mini_program_id for shop in world.shops}


def test_shops_can_be_found_by_chinese_english_and_pinyin(world: World) -> None:
    for shop in world.shops:
        assert any(HAN.search(alias) for alias in shop.aliases)
        assert any(re.fullmatch(r"[a-z ]+", alias) for alias in shop.aliases)
        assert len(set(shop.aliases)) == len(shop.aliases)


def test_merchants_names_compete_with_every_shop_in_every_host(world: World) -> None:
    def rivals(shop: MiniProgram, host_id: str) -> list[str]:
        """Merchants of the host who carry the shop's shortest Chinese name in theirs."""
        short = min((alias for alias in shop.aliases if HAN.search(alias)), key=len)
        merchants = (account for account in world.accounts if account.creator_id is None)
        return [
            account.name.zh
            for account in merchants
            if account.host_id == host_id and short in account.name.zh
        ]

    for shop in world.shops:
        for host_id in shop.host_ids:
            assert rivals(shop, host_id), (shop.name.zh, host_id)


def test_shop_windows_show_the_shops_own_products(world: World) -> None:
    for shop in world.shops:
        assert {world.product(shown).mini_program_id for shown in shop.window} == {shop.mini_program_id}


async def test_every_text_passes_the_default_content_check(world: World) -> None:
    shown = {
        f"{number}.{language}": getattr(text, language)
        for number, text in enumerate(texts(world))
        for language in ("zh", "en")
    }
    verdict = await WordRules(lambda: datetime(2026, 1, 1, tzinfo=UTC)).check(shown)
    assert len(shown) > 1_000
    assert verdict.findings == ()
