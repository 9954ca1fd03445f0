"""Writes `web/assets/divisions.json`, China's provinces, cities and districts, from the npm package @vant/area-data (MIT).

`npm pack @vant/area-data@2.1.0`, then `python apps/host_demo/tools/divisions.py vant-area-data-2.1.0.tgz`. English names are pinyin.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

SHA256 = "cbb91deab2d568ab5ab94347d863ab59e050059233263b3f2df5bc546ddf14d6"
TARGET = Path(__file__).parents[1] / "src" / "host_demo" / "web" / "assets" / "divisions.json"
ENTRY = re.compile(r'(\d{6}): "([^"]+)"')
IN_ENGLISH = {
    "内蒙古自治区": "Inner Mongolia", "广西壮族自治区": "Guangxi", "西藏自治区": "Tibet", "宁夏回族自治区": "Ningxia",
    "新疆维吾尔自治区": "Xinjiang", "香港特别行政区": "Hong Kong", "澳门特别行政区": "Macao", "陕西省": "Shaanxi", "台湾省": "Taiwan",
    "朝阳市": "Chaoyang", "单县": "Shan County", "涡阳县": "Guoyang County", "珲春市": "Hunchun", "洪洞县": "Hongtong County",
    "长子县": "Zhangzi County",
}  # fmt: skip
"""Names that are not the pinyin of their Chinese ones, or that have another reading than these letters elsewhere."""
PEOPLES = re.compile(
    "(藏|羌|白|傣|景颇|傈僳|彝|苗|侗|布依|土家|回|哈尼|壮|瑶|满|黎|朝鲜|蒙古|土|撒拉|东乡|保安|裕固|独龙|怒|佤|拉祜|布朗|纳西|普米|畲|仫佬|毛南|水|仡佬|各)族"
    "|(哈萨克|柯尔克孜|蒙古|锡伯|塔吉克|鄂伦春|鄂温克|达斡尔)(族)?(?=自治)"
)
"""In the name of an autonomous division, whose autonomy it is."""
KINDS = {"自治州": " Prefecture", "地区": " Prefecture", "自治县": " County", "自治旗": " Banner", "林区": " Forestry District", "新区": " New Area",
         "省": "", "市": "", "盟": " League", "区": " District", "县": " County", "旗": " Banner"}  # fmt: skip
"""What a division's last letters say that it is, longest first."""


def english(name: str) -> str:
    """The name in Latin letters: 西湖区 is Xihu District."""
    if name in IN_ENGLISH:
        return IN_ENGLISH[name]
    name = PEOPLES.sub("", name) if "自治" in name else name
    kind = next((kind for kind in KINDS if name.endswith(kind) and len(name) > len(kind) + 1), "")
    syllables = lazy_pinyin(name)  # of the whole name: 朝 alone would be zhao
    read = ["chang" if char == "长" else syllable for char, syllable in zip(name, syllables, strict=True)]
    return "".join(read[: len(name) - len(kind)]).capitalize() + KINDS.get(kind, "")


def tree(script: str) -> list[Any]:
    """Provinces with their cities with their districts; each is its Chinese name, its English one, and its parts."""
    names = dict(ENTRY.findall(script))

    def below(prefix: str, length: int) -> list[Any]:
        found = [code for code in sorted(names) if code.startswith(prefix) and code[length:].strip("0") == ""]
        own = [code for code in found if code[len(prefix) : length].strip("0")]
        return [
            [names[code], english(names[code]), *([below(code[:length], length + 2)] if length < 6 else [])]
            for code in own
        ]

    return below("", 2)


def main(package: Path) -> None:
    """Read the package, whose sum must be the known one, and write the file."""
    body = package.read_bytes()
    if hashlib.sha256(body).hexdigest() != SHA256:
        raise SystemExit(f"{package} is not @vant/area-data 2.1.0: its SHA-256 is another")
    with tarfile.open(package) as archive:
        member = archive.extractfile("package/dist/index.js")
        if member is None:
            raise SystemExit(f"{package} has no package/dist/index.js")
        script = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda code: chr(int(code[1], 16)), member.read().decode())
    TARGET.write_text(json.dumps(tree(script), ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
