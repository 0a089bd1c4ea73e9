"""What a conversation costs, and what the tools add to it: in tokens, and in USD.

Prices are known or configured; an unknown price is never 0.
"""

from evalkit.cost._encoding import CountTokens, load_encoding
from evalkit.cost._estimate import estimate_tokens
from evalkit.cost._families import CONSTANTS_DATE, Basis
from evalkit.cost._price import price, price_table_date
from evalkit.cost._prices import Prices
from evalkit.cost._schema_tokens import (
    SchemaTokens,
    ToolTokens,
    encoding_of,
    request_tokens,
    schema_tokens,
)
from evalkit.cost._typescript import render_namespace

__all__ = [
    "CONSTANTS_DATE",
    "Basis",
    "CountTokens",
    "Prices",
    "SchemaTokens",
    "ToolTokens",
    "encoding_of",
    "estimate_tokens",
    "load_encoding",
    "price",
    "price_table_date",
    "render_namespace",
    "request_tokens",
    "schema_tokens",
]
