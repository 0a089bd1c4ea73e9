"""Numbers as people read them."""

from __future__ import annotations

NOT_APPLICABLE = "n/a"
UNKNOWN = "unknown"

_MOST = 0.99
_LEAST = 0.01
_TENTH = 0.0005
_WHOLE_USD = 100


def percent(share: float | None) -> str:
    """Whole percents, with a decimal only where rounding would claim all or nothing."""
    if share is None:
        return NOT_APPLICABLE
    if 0 < share < _TENTH:
        return "<0.1 %"
    if 1 - _TENTH < share < 1:
        return ">99.9 %"
    decimals = 1 if 0 < share < _LEAST or _MOST < share < 1 else 0
    return f"{100 * share:.{decimals}f} %"


def span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return NOT_APPLICABLE
    return f"{100 * low:.0f} to {100 * high:.0f} %"


def usd(amount: float | None) -> str:
    """Three figures that count, never 0 for what is only small."""
    if amount is None:
        return UNKNOWN
    if amount == 0:
        return "$0"
    if amount >= _WHOLE_USD:
        return f"${amount:,.0f}"
    decimals = 2 if amount >= 1 else 2 - _exponent(amount)
    return f"${amount:.{decimals}f}"


def seconds(duration_s: float | None) -> str:
    if duration_s is None:
        return UNKNOWN
    return f"{1000 * duration_s:.0f} ms" if duration_s < 1 else f"{duration_s:.2f} s"


def count(number: int | None) -> str:
    return UNKNOWN if number is None else f"{number:,}"


def plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _exponent(amount: float) -> int:
    return int(f"{amount:.2e}".partition("e")[2])
