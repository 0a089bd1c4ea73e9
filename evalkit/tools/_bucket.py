"""A token bucket: so many calls at once, and as many again over time."""

from __future__ import annotations


class Bucket:
    """Holds back what comes too fast; time is told to it, never asked for."""

    def __init__(self, calls: int, per_s: float) -> None:
        self._calls = calls
        self._refill = calls / per_s
        self._tokens = float(calls)
        self._as_of_s = 0.0

    def take(self, now_s: float) -> float:
        """Take a token; return 0, or the seconds until there is one to take."""
        passed_s = now_s - self._as_of_s
        self._tokens = min(self._calls, self._tokens + passed_s * self._refill)
        self._as_of_s = now_s
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._refill
