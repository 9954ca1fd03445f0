"""The locks pin what the packages require."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from anchorage_local.requirements import DEV_LOCK, IMAGES_LOCK, RUN_LOCK, of_developers, of_images, of_run

ROOT = Path(__file__).parents[3]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    return {
        canonicalize_name(name): version
        for name, version in PIN.findall((ROOT / lock).read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        (IMAGES_LOCK, of_images(ROOT)),
        (RUN_LOCK, of_run(ROOT)),
        (DEV_LOCK, of_developers(ROOT)),
    ],
)
def test_a_lock_pins_everything_that_the_packages_ask_for(lock: str, asked: set[str]) -> None:
    pinned = pins(lock)
    assert asked
    unmet = [
        text
        for text in asked
        for wanted in [Requirement(text)]
        if not wanted.specifier.contains(pinned.get(canonicalize_name(wanted.name), "0"), prereleases=True)
        or canonicalize_name(wanted.name) not in pinned
    ]
    assert not unmet, f"`make lock` is due for {unmet}"


@pytest.mark.parametrize("lock", [IMAGES_LOCK, RUN_LOCK])
def test_the_developers_lock_includes_every_other_one(lock: str) -> None:
    developers = pins(DEV_LOCK)
    assert {name: developers.get(name) for name in pins(lock)} == pins(lock)


def test_make_run_installs_no_tools_of_developers_and_no_large_extras() -> None:
    unneeded = {"mypy", "onnxruntime", "opensearch-py", "playwright", "pytest", "ruff", "schemathesis", "uv"}
    assert unneeded <= pins(DEV_LOCK).keys()
    assert not unneeded & pins(RUN_LOCK).keys()


@pytest.mark.parametrize("lock", [IMAGES_LOCK, RUN_LOCK, DEV_LOCK])
def test_a_lock_names_no_index_and_hashes_everything(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, entry
