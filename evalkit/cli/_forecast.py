"""What a run would ask and cost, printed before anybody is asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import click
from msgspec.structs import asdict

from evalkit.cost import price_table_date
from evalkit.run import Forecast, Job, forecast
from evalkit.session import Session
from evalkit.transcript import JsonObject


def print_forecast(session: Session, jobs: Sequence[Job], *, as_json: bool) -> None:
    """Say what the session would ask of these jobs, provider by provider."""
    found = forecast(asyncio.run(session.to_ask(jobs)), session.config.prices)
    if as_json:
        click.echo(json.dumps([_fields(each, is_most=session.stops_early) for each in found]))
        return
    if not found:
        click.echo("Nothing would be asked: every answer is recorded, or the mode only replays.")
        return
    for each in found:
        click.echo(_line(each, is_most=session.stops_early))
    click.echo(f"Prices: configured, or {price_table_date()}. Nothing was asked.")


def _fields(found: Forecast, *, is_most: bool) -> JsonObject:
    """A forecast as JSON; where trials may stop early, nobody knows what it costs at least."""
    fields = asdict(found) | {"stops_early": is_most}
    return fields | {"usd_least": None} if is_most else fields


def _line(found: Forecast, *, is_most: bool) -> str:
    conversations = ("up to " if is_most else "") + _counted(found.conversations, "conversation")
    return (
        f"{found.provider} ({found.model}): {conversations}, up to "
        f"{_counted(found.requests_most, 'request')}, the first ones with about "
        f"{found.input_tokens:,} input tokens: {_price(found, is_most=is_most)}"
    )


def _price(found: Forecast, *, is_most: bool) -> str:
    if found.usd_least is None or found.usd_most is None:
        return "price unknown"
    if is_most:
        return f"up to {found.usd_most:.4f} USD"
    return f"{found.usd_least:.4f} to {found.usd_most:.4f} USD"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
