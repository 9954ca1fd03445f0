"""Pictures drawn in code: the same world always gives the same bytes."""

from anchorage_demo.art.avatar import draw_avatar
from anchorage_demo.art.banner import draw_banner
from anchorage_demo.art.cover import draw_cover
from anchorage_demo.art.logo import draw_logo, draw_logo_png
from anchorage_demo.art.media import draw_media
from anchorage_demo.art.product import draw_product

__all__ = [
    "draw_avatar",
    "draw_banner",
    "draw_cover",
    "draw_logo",
    "draw_logo_png",
    "draw_media",
    "draw_product",
]
