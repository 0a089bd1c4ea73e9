"""Counted tools as people read them: one table for all files and providers that agree on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from evalkit.calibration import Calibration
from evalkit.cost import Basis, ToolTokens
from evalkit.providers import Provider

_MILLION = 1_000_000
_PRICES = "USD for a million requests"


class Counted(Struct, frozen=True, kw_only=True):
    """The tools of one file or suite, counted for one provider, and corrected where they can be."""

    source: str
    provider: Provider
    basis: Basis
    about: tuple[str, ...]
    """What the counts rest on, in sentences."""
    calibration: Calibration | None
    tools: tuple[ToolTokens, ...]
    total: int
    usd_per_token: float | None

    @property
    def frame(self) -> int:
        """What stands around the tools."""
        return self.total - sum(tool.tokens for tool in self.tools)

    def usd_per_million(self, tokens: int) -> float | None:
        """What so many tokens in each of a million requests cost."""
        return None if self.usd_per_token is None else tokens * self.usd_per_token * _MILLION


def lines_of(counted: Iterable[Counted]) -> Iterator[str]:
    """Write each set of tools once, for the files that offer it and the providers that count it."""
    for group in _groups(counted):
        providers = tuple({each.provider.name: each for each in group}.values())
        sources = ", ".join(dict.fromkeys(each.source for each in group))
        tools = len(group[0].tools)
        yield f"{sources}: {tools} {'tool' if tools == 1 else 'tools'}"
        yield ""
        yield from _table(providers)
        yield ""
        for each in providers:
            yield from _summary(each)
        yield ""


def _groups(counted: Iterable[Counted]) -> Iterable[list[Counted]]:
    alike: dict[tuple[tuple[ToolTokens, ...], int], list[Counted]] = {}
    for each in counted:
        alike.setdefault((each.tools, each.total), []).append(each)
    return alike.values()


def _table(providers: Sequence[Counted]) -> Iterator[str]:
    first = providers[0]
    priced = [each for each in providers if each.usd_per_token is not None]
    widths = [max(12, len(each.provider.name)) for each in priced]
    name_width = max(len(name) for name in ("tool", *(tool.tool for tool in first.tools)))
    rows = [
        (tool.tool, tool.tokens, f"{tool.descriptions:,}")
        for tool in sorted(first.tools, key=lambda tool: -tool.tokens)
    ]
    descriptions = sum(tool.descriptions for tool in first.tools)
    if priced:
        yield " " * (name_width + 28) + _PRICES
    heads = "".join(
        f"  {each.provider.name:>{width}}" for each, width in zip(priced, widths, strict=True)
    )
    yield f"  {'tool':<{name_width}}  {'tokens':>7}  {'descriptions':>12}{heads}"
    for name, tokens, described in (
        *rows,
        ("frame", first.frame, ""),
        ("all", first.total, f"{descriptions:,}"),
    ):
        prices = "".join(
            f"  {each.usd_per_million(tokens):>{width},.2f}"
            for each, width in zip(priced, widths, strict=True)
        )
        yield f"  {name:<{name_width}}  {tokens:>7,}  {described:>12}{prices}".rstrip()


def _summary(counted: Counted) -> Iterator[str]:
    usd = counted.usd_per_million(counted.total)
    price = (
        "price unknown"
        if usd is None
        else f"{usd / 1000:,.2f} USD for 1,000 requests, {usd:,.2f} USD for a million"
    )
    yield f"  {counted.provider.name} ({counted.provider.model}): {price}"
    yield from (f"    {sentence}" for sentence in counted.about)
