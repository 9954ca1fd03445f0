"""The pictures are there, well formed, the same every time, and ours alone."""

import re
from io import BytesIO
from xml.parsers.expat import ParserCreate

import pytest
from PIL import Image

from anchorage_demo import load_world
from anchorage_demo.art import draw_logo_png, draw_media, draw_product
from anchorage_demo.art.motifs import MOTIFS
from anchorage_demo.world import World

Media = dict[str, bytes]


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


@pytest.fixture(scope="module")
def media(world: World) -> Media:
    return dict(draw_media(world))


def test_every_named_picture_is_drawn_once(world: World, media: Media) -> None:
    named = [
        *(program.logo_name for program in world.mini_programs),
        *(program.banner_name for program in world.mini_programs),
        *(picture.name for product in world.products for picture in product.pictures),
        *(account.avatar_name for account in world.accounts),
        *(video.cover_name for video in world.videos),
    ]
    assert sorted(named) == sorted(media)
    assert len(named) == len(set(named))
    assert {sku.image_name for product in world.products for sku in product.skus} <= set(media)


def test_picture_names_fit_an_address(media: Media) -> None:
    assert all(re.fullmatch(r"[a-z0-9_]{1,96}", name) for name in media)


def test_pictures_are_well_formed_and_small(media: Media) -> None:
    for name, svg in media.items():
        ParserCreate().Parse(svg, True)
        assert svg.startswith(b"<svg "), name
        assert len(svg) < 32_000, name


def test_pictures_point_at_nothing_outside_themselves(media: Media) -> None:
    namespace = b"xmlns='http://www.w3.org/2000/svg'"
    for name, svg in media.items():
        assert not re.search(rb"https?:|href|<image|<script|<foreignObject", svg.replace(namespace, b"")), (
            name
        )


def test_every_paint_that_a_picture_uses_is_defined_in_it(media: Media) -> None:
    for name, svg in media.items():
        assert set(re.findall(rb"url\(#(\w+)\)", svg)) <= set(re.findall(rb" id='(\w+)'", svg)), name


def test_drawing_again_gives_the_same_bytes(world: World, media: Media) -> None:
    assert dict(draw_media(world)) == media


def test_a_products_colours_look_different(world: World) -> None:
    for product in world.products:
        drawn = {draw_product(product, picture) for picture in product.pictures}
        assert len(drawn) == len(product.pictures), product.product_id


def test_products_show_many_kinds_of_thing_and_none_is_drawn_for_nothing(world: World) -> None:
    shown = {product.art for product in world.products}
    assert shown == set(MOTIFS)
    assert len(shown) >= 100


@pytest.mark.parametrize("size", [64, 256])
def test_a_logo_is_a_square_png_with_clear_corners(world: World, size: int) -> None:
    for program in world.mini_programs:
        logo = Image.open(BytesIO(draw_logo_png(program, size)))
        assert (logo.format, logo.size) == ("PNG", (size, size))
        opacity = logo.getchannel("A")
        assert opacity.getpixel((0, 0)) == 0
        assert opacity.getpixel((size // 2, size // 8)) == 255
