"""The demo world as data: `load_world()`, and the pictures in `anchorage_demo.art`."""

from anchorage_demo.loading import load_world
from anchorage_demo.text import Text
from anchorage_demo.world import World

__all__ = ["Text", "World", "load_world"]
