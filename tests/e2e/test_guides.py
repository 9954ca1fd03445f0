"""The guides for newcomers are true: what they print to be typed is typed as it stands, from the first operator to a sale."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from anchorage_local.ports import free_port
from support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guides"
PLATFORM_README = ROOT / "apps" / "platform_demo" / "README.md"
OF_ANOTHER_INSTALLATION = "https://shop.example"
WITHOUT_REGISTRATION = "anchorage owner add"
OF_THE_DEMO = "['hosts'][0]"
REGISTRATION = "$GATEWAY/v1/owners -H"
PATIENCE = """
curl() {
  local answer
  for _ in $(seq 60); do
    answer=$(command curl --max-time 30 "$@")
    case "$answer" in *urn:anchorage:problem*) sleep 0.5;; *) break;; esac
  done
  printf '%s\\n' "$answer" >> answers.txt
  printf '%s' "$answer"
}
"""
"""The guide says that services learn of a new shop or product within about a second: a reader then types the call again."""
END = """
read_order() { command curl -s $GATEWAY/v1/owner/orders/$ORDER_ID -H "Authorization: Bearer $OWNER"; }
for _ in $(seq 150); do read_order | grep -q '"status":"refunded"' && break; sleep 0.2; done
read_order > order.json
curl -s $GATEWAY/v1/videos/vid_tea -H "Authorization: Bearer $HOSTTOKEN" > video.json
"""


SHIPPED = """
read_order() { command curl -s $GATEWAY/v1/owner/orders/$ORDER_ID -H "Authorization: Bearer $OWNER"; }
wait_for() { for _ in $(seq 150); do read_order | grep -q "$1" && return; sleep 0.2; done; }
"""


def _blocks(guide: str) -> list[str]:
    return _typed_of((GUIDES / guide).read_text(encoding="utf-8"))


def _typed_of(text: str) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


def _from_nothing() -> list[str]:
    """First steps, then the shop in the same shell; of two ways, the one that a newcomer takes."""
    first = [
        block for block in _blocks("first-steps.md")
        if OF_ANOTHER_INSTALLATION not in block and WITHOUT_REGISTRATION not in block
    ]  # fmt: skip
    return first + [b for b in _blocks("shop.md") if OF_THE_DEMO not in b and REGISTRATION not in b]


def _in_the_demo() -> list[str]:
    return _blocks("shop.md")


@pytest.mark.parametrize("way", [_from_nothing, _in_the_demo])
def test_a_newcomer_who_types_the_guides_sells_something(
    way: Callable[[], list[str]], platform: Platform, tmp_path: Path
) -> None:
    demo = platform.demo
    assert shutil.which("curl"), "the guides are typed with curl: install it"
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "demo.json").write_text(json.dumps(demo), encoding="utf-8")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    own = secrets.token_hex(3)
    script = PATIENCE + "".join(way()) + END
    for name in ("Hillside Tea", "山前茶铺", "shanqian", "my_tea", "vid_tea"):
        script = script.replace(name, f"{name}{own}")
    # The platform of the tests has ports of its own.
    script = script.replace("http://127.0.0.1:8080", demo["gateway"])
    settings = {key: value for key, value in os.environ.items() if not key.startswith("ANCHORAGE_")}
    typed = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=settings, capture_output=True, encoding="utf-8", timeout=200
    )
    answers = (tmp_path / "answers.txt").read_text(encoding="utf-8")
    assert (typed.returncode, typed.stderr) == (0, ""), answers
    assert "urn:anchorage:problem" not in answers, answers
    order = json.loads((tmp_path / "order.json").read_text(encoding="utf-8"))
    assert order["status"] == "refunded", order
    assert [s["tracking_number"] for s in order["shipments"]] == ["SF123456789"]
    video = json.loads((tmp_path / "video.json").read_text(encoding="utf-8"))
    assert [a["product_id"] for a in video["anchors"]] == [f"my_tea{own}_longjing"], video


def test_a_creator_who_types_the_guide_publishes_changes_and_deletes_a_video(
    platform: Platform, tmp_path: Path
) -> None:
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "demo.json").write_text(json.dumps(platform.demo), encoding="utf-8")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    script = PATIENCE + "".join(_blocks("creator.md"))
    script = script.replace("vid_mine", f"vid_mine{secrets.token_hex(3)}")
    settings = {key: value for key, value in os.environ.items() if not key.startswith("ANCHORAGE_")}
    typed = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=settings, capture_output=True, encoding="utf-8", timeout=200
    )
    answers = (tmp_path / "answers.txt").read_text(encoding="utf-8")
    assert (typed.returncode, typed.stderr) == (0, ""), answers
    assert "urn:anchorage:problem" not in answers, answers
    assert '"title":"Tea at noon"' in answers
    assert '"title":"The tea of this video"' in answers


def test_an_engineer_who_types_the_readme_connects_a_platform(platform: Platform, tmp_path: Path) -> None:
    demo = platform.demo
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "demo.json").write_text(json.dumps(demo), encoding="utf-8")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    blocks = _typed_of(PLATFORM_README.read_text(encoding="utf-8"))
    buys = next(n for n, block in enumerate(blocks) if "/sandbox/pay" in block)
    asks = next(n for n, block in enumerate(blocks) if "/refunds" in block)
    own, port = secrets.token_hex(3), str(free_port())
    script = "\n".join(
        [
            PATIENCE + SHIPPED,
            *blocks[: buys + 1], "wait_for '\"status\":\"shipped\"'",
            *blocks[buys + 1 : asks + 1], "wait_for '\"refunded_total\":{\"amount\":2000'",
            *blocks[asks + 1 :], "read_order > order.json",
        ]
    )  # fmt: skip
    for name in ("Three Rivers", "三江"):
        script = script.replace(name, f"{name}{own}")
    script = script.replace("8131", port)
    settings = {key: value for key, value in os.environ.items() if not key.startswith("ANCHORAGE_")}
    with subprocess.Popen(
        ["bash", "-c", script], cwd=tmp_path, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8", start_new_session=True,
    ) as typed:  # fmt: skip
        try:
            said, complained = typed.communicate(timeout=200)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(typed.pid, signal.SIGKILL)
    answers = (tmp_path / "answers.txt").read_text(encoding="utf-8")
    log = (tmp_path / "my-platform.log").read_text(encoding="utf-8")
    assert typed.returncode == 0, said + complained + log
    assert "full: done, 1 of 1 lines accepted" in said
    assert "Anchorage lacks 3 pieces (+3 sent)" in said
    assert "urn:anchorage:problem" not in answers, answers
    order = json.loads((tmp_path / "order.json").read_text(encoding="utf-8"))
    assert [parcel["carrier_id"] for parcel in order["shipments"]] == ["sf"], log
    assert [refund["status"] for refund in order["refunds"]] == ["settled"], log
