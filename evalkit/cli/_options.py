"""Options that several commands have, each written once."""

from __future__ import annotations

from pathlib import Path

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, nothing else.")
CONFIG = click.option("--config", type=click.Path(path_type=Path), help="Use this evalkit.yaml.")
ALLOW_PYTHON = click.option(
    "--allow-python", is_flag=True, help="Let suites call Python functions."
)
BUDGET_USD = click.option(
    "--budget-usd",
    type=click.FloatRange(min=0),
    metavar="USD",
    help="Send no request that might cost more than is left of this.",
)
MAX_REQUESTS = click.option(
    "--max-requests", type=click.IntRange(min=0), metavar="N", help="Send so many at most."
)
DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Say what would be asked and cost; ask nobody."
)
