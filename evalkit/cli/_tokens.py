"""`evalkit tokens`: what the tools take of every request, in tokens and in USD."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from evalkit.config import Config, load_config
from evalkit.cost import (
    CONSTANTS_DATE,
    Basis,
    Calibration,
    CountTokens,
    SchemaTokens,
    calibrate,
    encoding_of,
    load_encoding,
    message_tokens,
    price,
    price_table_date,
    schema_tokens,
)
from evalkit.lint import read_material
from evalkit.providers import Provider, find_api
from evalkit.runfile import RunRecord, read_run
from evalkit.suite import Tool, read_tools
from evalkit.transcript import JsonObject, Prompt, Usage

_MEANINGS = {
    Basis.EXACT: "the model's own encoding, in a rendering measured on its family",
    Basis.ESTIMATED: "estimated",
    Basis.UNKNOWN: "nobody knows how this model sees tools; counted as for OpenAI",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """The tools of one file or suite, counted for one provider."""

    source: str
    provider: Provider
    schema: SchemaTokens
    calibration: Calibration | None
    usd: float | None
    """What the tools add to the price of one request."""

    @property
    def total(self) -> int:
        total = self.schema.total
        return self.calibration.corrected(total) if self.calibration else total


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
    "run",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Correct the counts by the usage that providers reported in this run file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")
@click.option("--config", type=click.Path(path_type=Path), help="Use this evalkit.yaml.")
def command(
    files: tuple[Path, ...],
    names: tuple[str, ...],
    run: Path | None,
    config: Path | None,
    *,
    as_json: bool,
) -> None:
    """Say what the tools in FILES take of every request, and what that costs.

    FILES are suites, files of tools, or folders of them; without any, the suites that
    evalkit.yaml names.
    """
    settings = load_config(config, near=[path.parent for path in files])
    record = None if run is None else read_run(run)
    counted = tuple(_counted(files or settings.suites, names, settings, record))
    if as_json:
        click.echo(json.dumps([_record(each) for each in counted], indent=2))
        return
    for each in counted:
        _print(each)
    click.echo(f"constants of {CONSTANTS_DATE}; prices of {price_table_date()}")


def _counted(
    files: Sequence[Path], names: tuple[str, ...], config: Config, record: RunRecord | None
) -> Iterator[_Counted]:
    providers = config.select(names)
    for material in read_material(files):
        tools = tuple(placed.tool for placed in material.tools)
        for provider in providers:
            count = load_encoding(encoding_of(provider.model))
            schema = schema_tokens(tools, provider.model, count)
            calibration = _calibration(record, provider, count) if record else None
            total = calibration.corrected(schema.total) if calibration else schema.total
            yield _Counted(
                source=material.document.file,
                provider=provider,
                schema=schema,
                calibration=calibration,
                usd=_usd(total, provider, config),
            )


def _usd(tokens: int, provider: Provider, config: Config) -> float | None:
    usage = Usage(input=tokens, output=0)
    url = find_api(provider.api).endpoint(provider)
    return price(usage, provider.model, url, config.prices.get(provider.name))


def _calibration(
    record: RunRecord, provider: Provider, count: CountTokens | None
) -> Calibration | None:
    return calibrate(_requests(record, provider.name, count))


def _requests(
    record: RunRecord, provider: str, count: CountTokens | None
) -> Iterator[tuple[int, int]]:
    """What we count for the first request of each conversation, and what was reported."""
    tools = {suite.name: read_tools(list(suite.tools)) for suite in record.header.suites}
    for result in record.results:
        turns, given = result.transcript.turns, result.transcript.given
        said = [message.text for message in given if isinstance(message, Prompt)]
        if result.provider != provider or not turns or len(said) != len(given):
            continue
        offered: tuple[Tool, ...] = tools.get(result.suite, ())
        counted = message_tokens(said, count) + schema_tokens(offered, result.model, count).total
        yield counted, turns[0].usage.input or 0


def _print(counted: _Counted) -> None:
    schema, provider = counted.schema, counted.provider
    click.echo(f"{counted.source} for {provider.name} ({provider.model}): {_basis(counted)}")
    click.echo(f"  {'tool':<40}{'tokens':>8}  of which descriptions")
    for each in sorted(schema.tools, key=lambda tool: -tool.tokens):
        click.echo(f"  {each.tool:<40.40}{each.tokens:>8,}{each.descriptions:>10,}")
    click.echo(f"  {'all tools, with the frame around them':<40}{counted.total:>8,}")
    click.echo(f"  {_price(counted.usd)}\n")


def _basis(counted: _Counted) -> str:
    if counted.calibration is None:
        return _MEANINGS[counted.schema.basis]
    requests, error = counted.calibration.requests, counted.calibration.error
    return f"calibrated on {requests} reported counts, half of them within {error:.1%}"


def _price(usd: float | None) -> str:
    if usd is None:
        return "price unknown"
    return f"{1000 * usd:,.4f} USD for 1,000 requests, {1e6 * usd:,.2f} USD for a million"


def _record(counted: _Counted) -> JsonObject:
    return {
        "source": counted.source,
        "provider": counted.provider.name,
        "model": counted.provider.model,
        "basis": counted.schema.basis.value,
        "calibrated_on": counted.calibration.requests if counted.calibration else 0,
        "total": counted.total,
        "usd_per_request": counted.usd,
        "tools": [
            {"tool": each.tool, "tokens": each.tokens, "descriptions": each.descriptions}
            for each in counted.schema.tools
        ],
        "constants_of": CONSTANTS_DATE,
    }
