"""The locks hold what the packages ask for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from anchorage_local.requirements import RUNTIME_FOLDERS, of_developers, of_packages

ROOT = Path(__file__).parents[3]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PIN.findall((ROOT / lock).read_text())}


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("requirements.lock", of_packages(ROOT, RUNTIME_FOLDERS)),
        ("requirements-dev.lock", of_developers(ROOT)),
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


def test_both_locks_agree() -> None:
    developers = pins("requirements-dev.lock")
    assert {name: developers.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_no_index_and_hashes_everything(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, entry
