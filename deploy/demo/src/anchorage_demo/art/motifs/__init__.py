"""The objects that a product picture can show, by name."""

from anchorage_demo.art.motifs import (
    appliances,
    bottles,
    care,
    digital,
    family,
    food,
    home,
    kitchen,
    lighting,
    outdoors,
    sound,
    tableware,
    travel,
)
from anchorage_demo.art.motifs.tint import Motif, Tint

MOTIFS: dict[str, Motif] = {
    name: motif
    for module in (
        kitchen,
        lighting,
        sound,
        home,
        travel,
        care,
        digital,
        appliances,
        outdoors,
        family,
        food,
        bottles,
        tableware,
    )
    for name, motif in module.MOTIFS.items()
}

__all__ = ["MOTIFS", "Motif", "Tint"]
