"""`evalkit tokens`: what the tools take of every request, in tokens and in USD."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import assert_never

import click
from msgspec import Struct
from msgspec.structs import asdict, replace

from evalkit.calibration import FEWEST, Calibration, Reported, calibrate, read_requests
from evalkit.cli._options import AS_JSON, CONFIG
from evalkit.cli._token_table import Counted, lines_of
from evalkit.config import Config, load_config
from evalkit.cost import (
    CONSTANTS_DATE,
    Basis,
    CountTokens,
    SchemaTokens,
    ToolTokens,
    encoding_of,
    load_encoding,
    price,
    price_table_date,
    schema_tokens,
)
from evalkit.lint import Material, read_material
from evalkit.providers import Provider, find_api
from evalkit.transcript import JsonObject, Usage

_EXACT = "exact: the model's own encoding, and tools as its family was measured to see them"
_ESTIMATED = "estimated: how exactly this model sees tools was not measured"
_WITHOUT_ENCODING = "estimated without the encoding: pip install 'evalkit[tokens]' counts by it"
_UNKNOWN = "unknown: nobody knows how this model sees tools; counted as for OpenAI"


class _Measure(Struct, frozen=True, kw_only=True):
    """How the tools are counted for one provider."""

    provider: Provider
    count: CountTokens | None
    calibration: Calibration | None
    about: str | None
    """What became of calibrating; None where nobody asked for it."""


@click.command("tokens")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--provider",
    "-p",
    "names",
    multiple=True,
    metavar="NAME",
    help="Only this provider of evalkit.yaml, or any API:MODEL. Repeatable.",
)
@click.option(
    "--calibrate",
    "recorded",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="Correct the counts by the usage that providers reported: in a run file, a cassette, "
    "or a folder of cassettes.",
)
@AS_JSON
@CONFIG
def command(
    files: tuple[Path, ...],
    names: tuple[str, ...],
    recorded: Path | None,
    config: Path | None,
    *,
    as_json: bool,
) -> None:
    """Say what the tools in FILES take of every request, and what that costs.

    FILES are suites, files of tools, or folders of them; without any, the suites that
    evalkit.yaml names.
    """
    settings = load_config(config, near=[path.parent for path in files])
    reported = read_requests(recorded) if recorded else None
    measures = [_measure(provider, reported) for provider in settings.select(names)]
    counted = tuple(
        _counted(material, measure, settings)
        for material in read_material(files or settings.suites)
        for measure in measures
    )
    click.echo(json.dumps([*map(_record, counted)], indent=2) if as_json else _text(counted))


def _text(counted: Sequence[Counted]) -> str:
    dates = f"constants of {CONSTANTS_DATE}; prices of {price_table_date()}"
    return "\n".join((*lines_of(counted), f"a million requests a year are 2,740 a day; {dates}"))


def _measure(provider: Provider, reported: Sequence[Reported] | None) -> _Measure:
    count = load_encoding(encoding_of(provider.model))
    if reported is None:
        return _Measure(provider=provider, count=count, calibration=None, about=None)
    learnt = calibrate(reported, provider.model, provider.api, count)
    known = sum(each.is_of(provider.model, provider.api) for each in reported)
    return _Measure(
        provider=provider,
        count=count,
        calibration=learnt,
        about=_calibrated(learnt)
        if learnt
        else f"not calibrated: {known} requests to it were recorded, {FEWEST} are needed",
    )


def _counted(material: Material, measure: _Measure, config: Config) -> Counted:
    tools = tuple(placed.tool for placed in material.tools)
    provider, learnt = measure.provider, measure.calibration
    schema = schema_tokens(tools, provider.model, measure.count, api=provider.api)
    total = learnt.corrected(schema.total) if learnt and tools else schema.total
    basis = _basis(schema.basis, has_encoding=measure.count is not None)
    return Counted(
        source=material.document.file,
        provider=provider,
        basis=schema.basis,
        about=(basis, *filter(None, [measure.about])),
        calibration=learnt,
        tools=tuple(_scaled(schema, learnt)),
        total=total,
        usd_per_token=_usd_per_token(max(1, total), provider, config),
    )


def _scaled(schema: SchemaTokens, calibration: Calibration | None) -> Iterator[ToolTokens]:
    factor = calibration.factor if calibration else 1.0
    for tool in schema.tools:
        yield replace(
            tool,
            tokens=round(tool.tokens * factor),
            descriptions=round(tool.descriptions * factor),
        )


def _usd_per_token(tokens: int, provider: Provider, config: Config) -> float | None:
    """The price of a token in a request that holds so many; long ones may cost more."""
    usage = Usage(input=tokens, output=0)
    url = find_api(provider.api).endpoint(provider)
    usd = price(usage, provider.model, url, config.prices.get(provider.name))
    return None if usd is None else usd / tokens


def _basis(basis: Basis, *, has_encoding: bool) -> str:
    match basis:
        case Basis.EXACT:
            return _EXACT
        case Basis.UNKNOWN:
            return _UNKNOWN
        case Basis.ESTIMATED:
            return _ESTIMATED if has_encoding else _WITHOUT_ENCODING
        case _:
            assert_never(basis)


def _calibrated(learnt: Calibration) -> str:
    by = f"times {learnt.factor:.3f}" if learnt.factor != 1 else f"{learnt.extra:+} tokens each"
    return (
        f"calibrated on {learnt.requests} reported counts ({by}): "
        f"half within {learnt.error:.1%}, the worst off by {learnt.worst:.1%}"
    )


def _record(counted: Counted) -> JsonObject:
    usd = counted.usd_per_million(counted.total)
    calibration = counted.calibration
    return {
        "source": counted.source,
        "provider": counted.provider.name,
        "api": counted.provider.api,
        "model": counted.provider.model,
        "basis": counted.basis.value,
        "calibration": asdict(calibration) if calibration else None,
        "total": counted.total,
        "frame": counted.frame,
        "usd_per_request": None if usd is None else usd / 1_000_000,
        "tools": [
            {
                "tool": each.tool,
                "tokens": each.tokens,
                "descriptions": each.descriptions,
                "usd_per_million_requests": counted.usd_per_million(each.tokens),
            }
            for each in counted.tools
        ],
        "constants_of": CONSTANTS_DATE,
        "prices_of": price_table_date(),
    }
