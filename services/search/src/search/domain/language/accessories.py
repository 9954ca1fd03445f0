"""Recognises accessories by the words of their titles.

A viewer who types the name of a thing wants the thing. Its covers, holders and spare parts have the same word in shorter
titles and would fill the first page. They rank a little lower, unless the query names an accessory.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from search.domain.language.text import stems
from search.domain.language.traditional import simplified

ENGLISH = frozenset(
    stems(
        "accessory case cover sleeve holder stand mount charger adapter cable battery spare replacement part protector "
        "strap for dock bag"
    )
)
CHINESE = (
    "配件", "保护套", "保护壳", "外壳", "贴膜", "保护膜", "支架", "充电器", "充电线", "数据线", "转接头", "转接线",
    "替换装", "替换芯", "备用电池", "收纳包", "收纳袋", "表带", "挂绳", "适用于",
)  # fmt: skip
_chinese = re.compile("|".join(CHINESE))


def names_an_accessory(text: str, text_stems: Collection[str]) -> bool:
    """Whether a title or a query, given with its stems, names an accessory."""
    if not ENGLISH.isdisjoint(text_stems):
        return True
    if text.isascii():
        return False
    return _chinese.search(simplified(text)) is not None
