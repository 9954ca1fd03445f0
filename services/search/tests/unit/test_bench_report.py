"""What the measurements promise to those who read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.bench.report import Report
from search.engine.port import IndexAway


def test_a_run_that_was_stopped_tells_what_it_measured_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.json"
    assert Report(file).row("Titles", "embedded", lambda: ["0.83 of one"])
    capsys.readouterr()

    def never() -> list[object]:
        raise AssertionError("this was measured before")

    again = Report(file)
    assert again.row("Titles", "embedded", never)
    assert again.row("Titles", "other", lambda: ["0.76 of one"])
    told = capsys.readouterr().out
    assert "0.83 of one" in told
    assert "0.76 of one" in told


def test_an_engine_that_does_not_answer_is_said_and_measured_in_the_next_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def away() -> list[object]:
        raise IndexAway("no answer within two minutes")

    file = tmp_path / "rows.json"
    assert not Report(file).row("Titles", "slow", away, (IndexAway,))
    assert "not measured: IndexAway: no answer within two minutes" in capsys.readouterr().out
    assert Report(file).row("Titles", "slow", lambda: ["0.8 of one"], (IndexAway,))
