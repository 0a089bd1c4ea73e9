"""`evalkit simulate`: serve a scripted provider on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.errors import ExitCode
from evalkit.simulator import load_script, run_forever


@click.command("simulate")
@click.argument("script", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes any free port.")
def command(script: Path, port: int) -> int:
    """Serve SCRIPT on 127.0.0.1 until interrupted.

    OpenAI clients take the printed address with /v1, Anthropic clients as it is.
    """

    def announce(url: str) -> None:
        click.echo(f"serving {script} on {url} (simulated: no model is asked)")

    try:
        run_forever(load_script(script), port, announce)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return ExitCode.PASSED
