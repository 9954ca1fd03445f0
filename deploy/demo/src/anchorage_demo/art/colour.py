"""Mixing colours written as `#rrggbb`."""


def mix(first: str, second: str, share: float) -> str:
    """The colour `share` of the way (0 to 1) from `first` to `second`."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def lighter(colour: str, share: float) -> str:
    """`colour` moved towards white."""
    return mix(colour, "#ffffff", share)


def darker(colour: str, share: float) -> str:
    """`colour` moved towards a warm near-black, which keeps shadows from looking like soot."""
    return mix(colour, "#14110f", share)


def luminance(colour: str) -> float:
    """How bright `colour` looks, 0 (black) to 1 (white)."""
    red, green, blue = _channels(colour)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def contrasting(colour: str, share: float) -> str:
    """`colour` made visibly different from itself: darker when it is bright, lighter when it is dark."""
    return darker(colour, share) if luminance(colour) > 0.45 else lighter(colour, share)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
