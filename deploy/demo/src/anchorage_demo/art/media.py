"""Every picture of the world under the name that it is served by."""

from collections.abc import Iterator

from anchorage_demo.art.avatar import draw_avatar
from anchorage_demo.art.banner import draw_banner
from anchorage_demo.art.cover import draw_cover
from anchorage_demo.art.logo import draw_logo
from anchorage_demo.art.product import draw_product
from anchorage_demo.world import World


def draw_media(world: World) -> Iterator[tuple[str, bytes]]:
    """Pairs of name and SVG, for `/media/<name>.svg`; drawn one by one as they are asked for."""
    for program in world.mini_programs:
        yield program.logo_name, draw_logo(program)
        yield program.banner_name, draw_banner(program, [world.product(shown) for shown in program.window])
    for product in world.products:
        for picture in product.pictures:
            yield picture.name, draw_product(product, picture)
    for account in world.accounts:
        yield account.avatar_name, draw_avatar(account)
    products = {product.product_id: product for product in world.products}
    for video in world.videos:
        yield video.cover_name, draw_cover(video, products)
