"""Plain English: phrases that made readers stop and read a sentence twice do not come back."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KINDS = (".py", ".md", ".html", ".js", ".sh", ".yml", ".toml")
QUOTES_THEM = {"CONTRIBUTING.md", "tests/architecture/test_prose.py"}
"""Files that show the phrases as what not to write."""

PHRASES = {
    r"for ever\b": "forever, endlessly, or cut it",
    r"\banew\b": "again",
    r"\bis no \w+ of ours\b": "is not one of ours",
    r"\bnot to be had\b": "out of stock, unavailable",
    r"\bbears? (?:being|repeats?|seeing)\b": "is idempotent",
    r"\bso many of\b": "a number of",
    r"\bwho (?:comes|waits|asks)\b": "a caller that …",
    r"\bwhat is told\b": "what an event says",
    r"\bfor company\b": "lingers, so that more join the batch",
    r"\b(?:stands?|standing|stood) still\b": "has stalled",
    r"\bin hand\b": "in progress",
}


def found_in(text: str) -> list[str]:
    """The phrases in a text, each with its line and what to write instead."""
    return [
        f"line {n}: {match[0]!r}; write {instead!r}"
        for n, line in enumerate(text.splitlines(), 1)
        for phrase, instead in PHRASES.items()
        if (match := re.search(phrase, line, re.IGNORECASE))
    ]


def test_the_project_is_written_in_plain_english() -> None:
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout.split("\n")
    texts = {name: ROOT / name for name in names if name.endswith(KINDS) and name not in QUOTES_THEM}
    assert len(texts) > 100
    found = {
        name: wrong
        for name, path in texts.items()
        if path.exists() and (wrong := found_in(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "sentence",
    [
        "It runs for ever.",
        "It is made anew.",
        "It is no id of ours.",
        "Stock is not to be had.",
        "Bears being done twice.",
        "An order stands still.",
        "The oldest record in hand is retried.",
    ],
)
def test_a_planted_phrase_is_found(sentence: str) -> None:
    assert len(found_in(sentence)) == 1
