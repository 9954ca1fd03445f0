"""The host app's README is true: its walk with curl is typed as it stands, with a buyer at the cashier in between."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

README = Path(__file__).parents[2] / "apps" / "host_demo" / "README.md"
BUYER = """
command curl -s "$SANDBOX/sandbox/pay" -H "$JSON" -d "{\\"cashier_url\\": \\"$(echo "$ORDER" | field "['payment']['cashier_url']")\\"}" > paid.json
"""
A_STREAM_ENDS = """
curl() { case "$*" in *"/events "*) command curl --max-time 4 "$@" > events.txt;; *) command curl --max-time 30 "$@";; esac; }
"""
"""The README's reader ends the stream of an order by hand."""


def test_the_walk_with_curl_works_as_it_is_written(demo: dict[str, Any], tmp_path: Path) -> None:
    assert shutil.which("curl"), "the walk is typed with curl: install it"
    walk = README.read_text(encoding="utf-8").split("## Your host app in an afternoon")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", walk, re.DOTALL)
    at = next(number for number, block in enumerate(blocks) if "/events" in block)
    ends = 'echo "$SHOP $SKU $ORDER_ID" > end.txt; curl -s $GATEWAY/v1/scans -H "Authorization: Bearer $TOKEN" -H "Content-Type: image/png" --data-binary @code.png > scan.json\n'
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "demo.json").write_text(json.dumps(demo), encoding="utf-8")
    script = A_STREAM_ENDS + "".join(blocks[:at]) + BUYER + "".join(blocks[at:]) + ends
    played = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path, env=os.environ | {"SANDBOX": demo["alipay_sandbox"]},
        capture_output=True, text=True, timeout=100,
     encoding="utf-8")  # fmt: skip
    assert (played.returncode, played.stderr) == (0, ""), played.stdout
    shop, sku, order_id = (tmp_path / "end.txt").read_text(encoding="utf-8").split()
    events = (tmp_path / "events.txt").read_text(encoding="utf-8")
    assert f'"order_id":"{order_id}"' in events
    assert '"status":"paid"' in events
    assert sku in events
    assert (
        json.loads((tmp_path / "scan.json").read_text(encoding="utf-8"))["target"]["mini_program_id"] == shop
    )
