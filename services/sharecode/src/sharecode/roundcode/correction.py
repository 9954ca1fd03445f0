"""From beliefs about cells to a key: by Reed-Solomon alone when most cells are right, else by soft decoding."""

import numpy as np

from sharecode.roundcode.geometry import Layout
from sharecode.roundcode.payload import correct, key_in
from sharecode.roundcode.placement import Floats
from sharecode.roundcode.softword import likely_data

ERASED_SHARE = 0.45
"""Of the parity, in the second try: the rest is left to find errors."""


def corrected(belief: Floats, layout: Layout) -> bytes | None:
    """The key by Reed-Solomon, first with errors only, then with the least sure bytes as erasures. Half a
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
    """The key of the word that fits the beliefs best, if its CRC agrees. Ten milliseconds; mends four times the
    errors."""
    for data in likely_data(belief[: layout.word_bytes * 8], layout):
        if (key := key_in(data, layout)) is not None:
            return key
    return None
