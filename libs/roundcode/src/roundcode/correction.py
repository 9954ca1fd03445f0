"""From beliefs about cells to a key: by Reed-Solomon alone when most cells are right, otherwise by soft decoding."""

import numpy as np

from roundcode.geometry import Layout
from roundcode.payload import correct, key_in
from roundcode.placement import Floats
from roundcode.softword import likely_data

ERASED_SHARE = 0.45
"""Share of the parity that the second try spends on erasures; the rest finds errors."""


def corrected(belief: Floats, layout: Layout) -> bytes | None:
    """The key by Reed-Solomon, first with errors only, then with the least certain bytes as erasures. Takes half a
    millisecond."""
    belief = belief[: layout.word_bytes * 8]
    word = np.packbits(belief > 0).tobytes()
    weakest = np.abs(belief).reshape(-1, 8).min(1).argsort()
    for erased in (0, int(layout.parity_bytes * ERASED_SHARE)):
        data = correct(word, layout, [int(i) for i in weakest[:erased]])
        if data is not None and (key := key_in(data, layout)) is not None:
            return key
    return None


def likeliest(belief: Floats, layout: Layout) -> bytes | None:
    """The key of the word that fits the beliefs best, if its CRC matches. Takes ten milliseconds and corrects four times as
    many errors."""
    for data in likely_data(belief[: layout.word_bytes * 8], layout):
        if (key := key_in(data, layout)) is not None:
            return key
    return None
