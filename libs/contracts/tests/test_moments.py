"""Which texts are a moment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.api.common import UtcTime

MOMENT = TypeAdapter(UtcTime)


@pytest.mark.parametrize(
    "wrong",
    [
        "2026-01-01T00:00:00Z\x00", "2026-01-01x00:00:00Z", "20260101T000000Z", "2026-W01-1T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01",
        "\u0662026-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", 1_767_225_600, 1e400, True, None,
    ],
)  # fmt: skip
def test_only_a_time_of_rfc_3339_is_a_moment(wrong: Any) -> None:
    with pytest.raises(ValidationError, match="RFC 3339"):
        MOMENT.validate_python(wrong)


@pytest.mark.parametrize(
    "text", ["2026-01-01T08:00:00+08:00", "2026-01-01T00:00:00Z", "2026-01-01t00:00:00.000z"]
)
def test_a_moment_is_in_utc(text: str) -> None:
    assert MOMENT.validate_python(text) == datetime(2026, 1, 1, tzinfo=UTC)
