"""The price of an answer, from configured prices or from the table of genai-prices."""

from __future__ import annotations

from importlib.metadata import version

from evalkit.cost._prices import Prices
from evalkit.transcript import Usage

TABLE = "genai-prices"


def price(usage: Usage, model: str, url: str, own: Prices | None = None) -> float | None:
    """Return what an answer costs in USD at today's prices, or None where that is unknown.

    `url` is where the model was asked: the same model has another price elsewhere, and none that
    is known on a server of one's own. `own` prices replace what the table knows.
    """
    if own is not None:
        return own.of(usage)
    if usage.input is None or usage.output is None:
        return None
    return _table_price(usage, model, url)


def price_table_date() -> str:
    """Say how recent the prices are: by the release of their table, which names no date."""
    return f"{TABLE} {version(TABLE)}"


def _table_price(usage: Usage, model: str, url: str) -> float | None:
    import genai_prices  # 0.2 s, and it brings httpx2

    try:
        tokens = genai_prices.Usage(
            input_tokens=usage.input,
            output_tokens=usage.output,
            cache_read_tokens=usage.cache_read,
            cache_write_tokens=usage.cache_write,
        )
        found = genai_prices.calc_price(tokens, model, provider_api_url=url)
    except (LookupError, ValueError):  # an unknown model or server, or counts that contradict
        return None
    return float(found.total_price)
