"""The clock that notices follow: real time by default, faster on request, so that 25 hours pass in a test."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class NoticeClock:
    """At the real moment `real_at` it was `notice_at` on this clock; since then it runs `speed` times as fast."""

    real_at: datetime
    notice_at: datetime
    speed: float = 1.0

    def at(self, real: datetime) -> datetime:
        """What this clock shows at a real moment."""
        return self.notice_at + (real - self.real_at) * self.speed

    def seconds_until(self, due: datetime, real: datetime) -> float:
        """Real seconds from `real` until this clock shows `due`; 0 if it is past."""
        return max(0.0, (due - self.at(real)) / timedelta(seconds=1) / self.speed)

    def run_at(self, speed: float, real: datetime) -> "NoticeClock":
        """The same clock from `real` on at another speed, without a jump; ValueError unless speed is above 0."""
        if not 0 < speed <= 1_000_000:
            raise ValueError("speed is above 0 and at most 1000000")
        return NoticeClock(real, self.at(real), speed)
