"""Rows of the bench that survive a stopped run."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.report import Report

from search.application.ports import IndexUnavailable


def test_a_stopped_run_prints_its_rows_again_and_continues(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.json"
    assert Report(file).row("Titles", "embedded", lambda: ["0.83 of one"])
    capsys.readouterr()

    def never() -> list[object]:
        raise AssertionError("this row is in the file")

    again = Report(file)
    assert again.row("Titles", "embedded", never)
    assert again.row("Titles", "other", lambda: ["0.76 of one"])
    printed = capsys.readouterr().out
    assert "0.83 of one" in printed
    assert "0.76 of one" in printed


def test_an_unavailable_engine_is_reported_and_measured_in_the_next_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def unavailable() -> list[object]:
        raise IndexUnavailable("no answer within two minutes")

    file = tmp_path / "rows.json"
    assert not Report(file).row("Titles", "slow", unavailable, (IndexUnavailable,))
    assert "not measured: IndexUnavailable: no answer within two minutes" in capsys.readouterr().out
    assert Report(file).row("Titles", "slow", lambda: ["0.8 of one"], (IndexUnavailable,))
