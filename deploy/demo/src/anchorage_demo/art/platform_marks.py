"""The marks of the third-party platforms' shops."""

from anchorage_demo.art.mark import WHITE, Shape, disc, sharp, soft


def leaf_on_water(ground: str) -> list[Shape]:
    """A locust leaf above two waves."""
    return [
        soft("#d9ead3", (50, 12), (66, 30), (66, 50), (50, 64), (34, 50), (34, 30)),
        sharp("#8fb38a", (49, 22), (51, 22), (51.5, 70), (48.5, 70)),
        sharp("#8fb38a", (50, 46), (61, 34), (62, 36), (50, 50)),
        sharp("#8fb38a", (50, 40), (39, 30), (38, 32), (50, 44)),
        soft(WHITE, (14, 74), (32, 69), (50, 75), (68, 69), (86, 74), (68, 75), (50, 81), (32, 75)),
        soft("#cfe3ea", (22, 85), (36, 81), (50, 86), (64, 81), (78, 85), (64, 87), (50, 91), (36, 87)),
    ]


def deer(ground: str) -> list[Shape]:
    """A deer's head with its antlers."""
    fawn, deep = "#f0d2a4", "#b9824d"
    return [
        soft(deep, (40, 44), (34, 30), (22, 26), (20, 12), (27, 22), (32, 12), (36, 26), (44, 38)),
        soft(deep, (60, 44), (66, 30), (78, 26), (80, 12), (73, 22), (68, 12), (64, 26), (56, 38)),
        soft(fawn, (34, 48), (20, 42), (16, 48), (30, 56)),
        soft(fawn, (66, 48), (80, 42), (84, 48), (70, 56)),
        soft(fawn, (50, 38), (66, 46), (64, 64), (56, 84), (44, 84), (36, 64), (34, 46)),
        soft(WHITE, (50, 66), (57, 74), (55, 84), (45, 84), (43, 74)),
        disc("#4a3524", 50, 80, 5, 3.6),
        disc("#4a3524", 42, 58, 2.6),
        disc("#4a3524", 58, 58, 2.6),
    ]
