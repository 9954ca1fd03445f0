"""The list of words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from content_check.rules import MODEL, WordRules

AT = datetime(2026, 1, 1, tzinfo=UTC)
RULES = WordRules(lambda: AT, ["fake passport", "假发票"])


@pytest.mark.parametrize(
    "text",
    ["Fake passport", "FAKE-PASSPORT!", "ｆａｋｅ ｐａｓｓｐｏｒｔ", "fáke passport", "fa\u200bke passport",
     "出售假发票", "假 发·票", "fake_passport"],
)  # fmt: skip
async def test_a_word_is_found_however_it_is_written(text: str) -> None:
    verdict = await RULES.check({"name": "Wine", "slogan": text})
    assert (verdict.status, verdict.model, verdict.at) == ("refused", MODEL, AT)
    assert [finding.field for finding in verdict.findings] == ["slogan"]
    assert verdict.findings[0].message.startswith("must not contain: ")


@pytest.mark.parametrize("text", ["", "Fake passports of the theatre", "a fake, a passport", "发票", "红酒"])
async def test_other_texts_pass(text: str) -> None:
    assert (await RULES.check({"name": text})).status == "passed"


async def test_the_list_of_the_package_is_read() -> None:
    assert (await WordRules(lambda: AT).check({"name": "代开发票"})).status == "refused"
