"""What a conversation costs: prices per token, known or configured; unknown is never 0."""

from evalkit.cost._price import price, price_table_date
from evalkit.cost._prices import Prices

__all__ = ["Prices", "price", "price_table_date"]
