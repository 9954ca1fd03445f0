"""What Pillow raises for files that are broken or made to break it."""

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
