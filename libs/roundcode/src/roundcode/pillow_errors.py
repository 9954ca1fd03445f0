"""The errors that Pillow raises for broken and hostile files."""

import struct

from PIL import Image

BROKEN = (
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    struct.error,
    IndexError,
    KeyError,
    OverflowError,
    MemoryError,
)
