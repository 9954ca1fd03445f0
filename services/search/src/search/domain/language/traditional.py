"""Traditional Chinese characters as simplified ones, so that either finds the other.

Character by character, by OpenCC's table: a phrase would need to be the same in query and title, and cut the same way.
"""

from __future__ import annotations

import re

import opencc

_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))
_all = "".join(chr(code) for first, last in _RANGES for code in range(first, last))
_pairs = zip(_all, opencc.OpenCC("t2s").convert("\n".join(_all)).split("\n"), strict=True)
_simple = {ord(old): new for old, new in _pairs if old != new}
_traditional = re.compile(f"[{''.join(map(chr, _simple))}]")


def simplified(text: str) -> str:
    """`text` with every traditional character as the simplified one; nothing else changes, nor the length."""
    return text.translate(_simple) if _traditional.search(text) else text
