"""The file of the merchants that collect."""

import json
from pathlib import Path
from typing import Any

import pytest

from payment.adapters.alipay.merchants import read_merchants

ENTRY: dict[str, Any] = {
    "merchant": "default", "app_id": "2021", "seller_id": "2088000000000001", "gateway_url": "https://a.example",
    "app_private_key_file": "app.pem", "alipay_public_key_files": ["alipay.pem"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("merchants", "what"),
    [
        ([], "'default' is missing"),
        ([ENTRY | {"merchant": "kiosk"}], "'default' is missing"),
        ([ENTRY | {"owner_id": "o1"}], "'default' is missing"),
        ([ENTRY, ENTRY], "a merchant is named twice"),
    ],
)
def test_a_file_with_which_not_every_mini_program_could_collect_is_refused(
    tmp_path: Path, merchants: list[dict[str, Any]], what: str
) -> None:
    file = tmp_path / "merchants.json"
    file.write_text(json.dumps(merchants), encoding="utf-8")
    with pytest.raises(ValueError, match=what):
        read_merchants(file)
