"""Converts traditional Chinese characters to simplified ones, so that either finds the other.

Character by character, by OpenCC's table: converting phrases would depend on what surrounds them.
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
    """`text` with every traditional character replaced by the simplified one; its length stays the same."""
    return text.translate(_simple) if _traditional.search(text) else text
