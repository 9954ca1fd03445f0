"""Which first-level division of China a region is in, however it is written.

Names and spellings: GB/T 2260; English as in the pinyin of their official names, Shaanxi, Inner Mongolia and Tibet as usual.
"""

from __future__ import annotations

import re
import unicodedata

_DIVISIONS = {
    "北京": "beijing", "天津": "tianjin", "河北": "hebei", "山西": "shanxi", "内蒙古": "inner mongolia", "辽宁": "liaoning",
    "吉林": "jilin", "黑龙江": "heilongjiang", "上海": "shanghai", "江苏": "jiangsu", "浙江": "zhejiang", "安徽": "anhui",
    "福建": "fujian", "江西": "jiangxi", "山东": "shandong", "河南": "henan", "湖北": "hubei", "湖南": "hunan",
    "广东": "guangdong", "广西": "guangxi", "海南": "hainan", "重庆": "chongqing", "四川": "sichuan", "贵州": "guizhou",
    "云南": "yunnan", "西藏": "tibet", "陕西": "shaanxi", "甘肃": "gansu", "青海": "qinghai", "宁夏": "ningxia",
    "新疆": "xinjiang", "香港": "hong kong", "澳门": "macao", "台湾": "taiwan",
}  # fmt: skip
"""Short names, with which every longer name begins: 广西壮族自治区 with 广西."""
_BY_ENGLISH = {english: chinese for chinese, english in _DIVISIONS.items()}
_ENGLISH = "|".join(_BY_ENGLISH)
_ENDS_WITH = re.compile(rf"\b({_ENGLISH})(?: province| municipality)?$")
_BEGINS_WITH = re.compile(rf"^({_ENGLISH})\b")


def division_of(region: str) -> str:
    """One name for all spellings of a first-level division: 浙江 for 浙江省杭州市, Zhejiang and "Hangzhou, Zhejiang".

    Of a region elsewhere, what stands after its last comma, in lower case.
    """
    text = " ".join(unicodedata.normalize("NFKC", region).casefold().split())
    for chinese in _DIVISIONS:
        if text.startswith(chinese):
            return chinese
    named = _ENDS_WITH.search(text) or _BEGINS_WITH.search(text)
    return _BY_ENGLISH[named[1]] if named else text.rpartition(",")[2].strip()
