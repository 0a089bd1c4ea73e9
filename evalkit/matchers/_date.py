"""The matcher of dates, in the forms that models write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from evalkit.matchers._values import BadPattern, Context, Matcher, Reason
from evalkit.matchers._words import describe, show
from evalkit.transcript import JsonValue

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.? (?:of )?([a-z]{3,9})\.?,? (\d{4})", re.ASCII)
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.ASCII)
_DAY_OR_MONTH = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})", re.ASCII)
_LONGEST = 40


def _date(operand: JsonValue) -> Reason:
    if operand is True:
        return _any_date
    if isinstance(operand, dict):
        return _between(operand)
    wanted = _read_operand(operand)

    def reason(actual: JsonValue, _: Context) -> str | None:
        got = read_date(actual)
        if got is None:
            return f"expected the date {wanted}, got {describe(actual)}{_two_ways(actual)}"
        return None if _same(wanted, got) else f"expected the date {wanted}, got {show(actual)}"

    return reason


def _any_date(actual: JsonValue, _: Context) -> str | None:
    if read_date(actual):
        return None
    return f"expected a date, got {describe(actual)}{_two_ways(actual)}"


def _between(operand: Mapping[str, JsonValue]) -> Reason:
    if not operand or not operand.keys() <= {"from", "to"}:
        raise BadPattern("$date takes a date, true, or {from: date, to: date}")
    first, last = (_day(_read_operand(operand[key])) if key in operand else None
                   for key in ("from", "to"))  # fmt: skip
    wanted = " ".join(f"{key} {show(value)}" for key, value in operand.items())

    def reason(actual: JsonValue, _: Context) -> str | None:
        got = read_date(actual)
        if got is None:
            return f"expected a date {wanted}, got {describe(actual)}{_two_ways(actual)}"
        day = _day(got)
        if (first is None or first <= day) and (last is None or day <= last):
            return None
        return f"expected a date {wanted}, got {show(actual)}"

    return reason


def _two_ways(actual: JsonValue) -> str:
    ambiguous = isinstance(actual, str) and _DAY_OR_MONTH.fullmatch(actual.strip())
    return ", which does not tell day from month" if ambiguous else ""


def _read_operand(operand: JsonValue) -> date:
    found = read_date(operand)
    if found is None:
        raise BadPattern(f"$date takes a date such as 2026-01-31, got {describe(operand)}")
    return found


def _same(wanted: date, got: date) -> bool:
    if not isinstance(wanted, datetime):
        return wanted == _day(got)
    return isinstance(got, datetime) and _instant(wanted) == _instant(got)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _instant(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def read_date(value: JsonValue) -> date | None:
    """Read a date, or a date with a time, that can be read in one way only.

    `01/02/2026` has two readings and is None, as is all that is no date.
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = " ".join(value.lower().split())
    try:
        return _iso(text) or _written_out(text)
    except ValueError:
        return None


def _iso(text: str) -> date | None:
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, found.groups())
        return date(year, month, day)
    if not text[:4].isdigit():
        return None
    moment = datetime.fromisoformat(text.upper())
    return moment.date() if len(text) <= len("20260131") else moment


def _written_out(text: str) -> date | None:
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(text):
        month, day, year = found.groups()
    else:
        return None
    return date(int(year), _MONTHS[month], int(day)) if month in _MONTHS else None


MATCHERS: Mapping[str, Matcher] = {"$date": _date}
