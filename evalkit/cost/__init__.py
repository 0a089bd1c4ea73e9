"""What a conversation costs, and what the tools add to it: in tokens, and in USD.

Prices are known or configured; an unknown price is never 0.
"""

from evalkit.cost._calibration import Calibration, calibrate
from evalkit.cost._encoding import CountTokens, load_encoding
from evalkit.cost._estimate import estimate_tokens
from evalkit.cost._price import price, price_table_date
from evalkit.cost._prices import Prices
from evalkit.cost._schema_tokens import (
    CONSTANTS_DATE,
    Basis,
    SchemaTokens,
    ToolTokens,
    encoding_of,
    message_tokens,
    schema_tokens,
)
from evalkit.cost._typescript import render_namespace

__all__ = [
    "CONSTANTS_DATE",
    "Basis",
    "Calibration",
    "CountTokens",
    "Prices",
    "SchemaTokens",
    "ToolTokens",
    "calibrate",
    "encoding_of",
    "estimate_tokens",
    "load_encoding",
    "message_tokens",
    "price",
    "price_table_date",
    "render_namespace",
    "schema_tokens",
]
