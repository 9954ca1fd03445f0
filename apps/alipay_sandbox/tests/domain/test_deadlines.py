from datetime import UTC, datetime, timedelta

import pytest

from alipay_sandbox.domain.deadlines import parse_pay_by

CREATED = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)  # 23:30 in Beijing


@pytest.mark.parametrize(
    ("expire", "timeout", "deadline"),
    [
        (None, None, CREATED + timedelta(days=15)),
        (None, "1m", CREATED + timedelta(minutes=1)),
        (None, "36h", CREATED + timedelta(hours=36)),
        (None, "15d", CREATED + timedelta(days=15)),
        (None, "1c", datetime(2026, 11, 22, 16, 0, tzinfo=UTC)),
        ("2026-11-23 08:00:05", None, datetime(2026, 11, 23, 0, 0, 5, tzinfo=UTC)),
        ("2026-11-23 08:00", None, datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
        ("2026-11-23 08:00:05", "1m", datetime(2026, 11, 23, 0, 0, 5, tzinfo=UTC)),
    ],
)
def test_the_deadline_is_what_the_merchant_said(
    expire: str | None, timeout: str | None, deadline: datetime
) -> None:
    assert parse_pay_by(expire, timeout).deadline(CREATED) == deadline


@pytest.mark.parametrize("timeout", ["0m", "1.5h", "16d", "361h", "90", "m", "2c", "1s", "-1d", "٣m"])
def test_a_time_out_that_alipay_refuses_is_refused(timeout: str) -> None:
    with pytest.raises(ValueError, match="timeout_express"):
        parse_pay_by(None, timeout)


@pytest.mark.parametrize("expire", ["2026-11-23T08:00:05", "tomorrow", "2026-13-01 00:00:00", "2026-11-23"])
def test_a_time_that_cannot_be_read_is_refused(expire: str) -> None:
    with pytest.raises(ValueError, match=r"month|isoformat|format|time data|day"):
        parse_pay_by(expire, None)
