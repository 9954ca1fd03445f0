"""The list of words."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files

import pytest

from content_check.rules import MODEL, WordRules

AT = datetime(2026, 1, 1, tzinfo=UTC)
RULES = WordRules(lambda: AT, ["fake passport", "假发票"])


@pytest.mark.parametrize(
    "text",
    ["Fake passport", "FAKE-PASSPORT!", "ｆａｋｅ ｐａｓｓｐｏｒｔ", "fáke passport", "fa\u200bke passport",
     "出售假发票", "假 发·票", "假發票", "假，發 票！", "fake_passport"],
)  # fmt: skip
async def test_a_word_is_found_however_it_is_written(text: str) -> None:
    verdict = await RULES.check({"name": "Wine", "slogan": text})
    assert (verdict.status, verdict.model, verdict.at) == ("refused", MODEL, AT)
    assert [finding.field for finding in verdict.findings] == ["slogan"]
    assert verdict.findings[0].message.startswith("must not contain: ")


@pytest.mark.parametrize("text", ["", "Fake passports of the theatre", "a fake, a passport", "发票", "红酒"])
async def test_other_texts_pass(text: str) -> None:
    assert (await RULES.check({"name": text})).status == "passed"


@pytest.mark.parametrize(
    "text",
    ["消毒品牌，温和不刺激", "当代孕妇装", "高仿真毛绒玩具", "象牙白连衣裙", "喷枪与水枪", "大麻哈鱼", "亚麻衬衫", "时代出版社",
     "可代客写贺卡", "老虎机造型存钱罐", "发票随货寄出，可开增值税发票", "A heroine's coat", "Shoot great pictures", "Bombay mix",
     "Essex sofa", "Assassin hoodie", "不是假货，很满意", "A scunthorpe mug", "刀具套装", "Kill time, not yourself"],
)  # fmt: skip
async def test_ordinary_texts_of_shops_pass(text: str) -> None:
    verdict = await WordRules(lambda: AT).check({"title": text})
    assert verdict.findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "代開發票",
        "网 络 赌 博",
        "超Ａ货",
        "COCAINE",
        "Fuck-you!",
        "有偿代孕",
        "包治百病！",
        "高仿名表批发",
        "傻逼商家",
    ],
)
async def test_what_the_list_names_is_refused(text: str) -> None:
    assert (await WordRules(lambda: AT).check({"title": text})).status == "refused"


async def test_each_word_is_named_once_for_each_field() -> None:
    verdict = await RULES.check({"name": "假发票 假发票 fake passport", "slogan": "红酒"})
    assert [finding.message.removeprefix("must not contain: ") for finding in verdict.findings] == [
        "假发票",
        "fake passport",
    ]


async def test_no_entry_is_there_twice() -> None:
    entries = (files("content_check") / "words" / "refused.txt").read_text(encoding="utf-8").splitlines()
    words = [entry for entry in entries if entry and not entry.startswith("#")]
    assert len(words) == len(set(words)) > 200


async def test_the_list_of_the_package_is_read() -> None:
    assert (await WordRules(lambda: AT).check({"name": "代开发票"})).status == "refused"
