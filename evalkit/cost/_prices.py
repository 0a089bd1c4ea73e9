"""Prices of a model as a user configures them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from evalkit.transcript import Usage

Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Prices(BaseModel):
    """USD for a million tokens of each kind; they replace what is known of the model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input_usd_per_million: Usd
    output_usd_per_million: Usd
    cache_read_usd_per_million: Usd | None = None
    """Of input that was read from a cache; None for the price of other input."""
    cache_write_usd_per_million: Usd | None = None
    """Of input that was written to a cache; None for the price of other input."""

    def of(self, usage: Usage) -> float | None:
        """Return the price in USD, or None where the counts are missing or contradict."""
        if usage.input is None or usage.output is None:
            return None
        read, written = usage.cache_read or 0, usage.cache_write or 0
        fresh = usage.input - read - written
        if fresh < 0:
            return None
        tokens_and_prices = (
            (fresh, self.input_usd_per_million),
            (read, _or(self.cache_read_usd_per_million, self.input_usd_per_million)),
            (written, _or(self.cache_write_usd_per_million, self.input_usd_per_million)),
            (usage.output, self.output_usd_per_million),
        )
        return sum(tokens * usd for tokens, usd in tokens_and_prices) / 1_000_000


def _or(price: float | None, fallback: float) -> float:
    return fallback if price is None else price
