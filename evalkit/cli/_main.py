"""The command group, and the one place where an exception becomes an exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from importlib import import_module

import click

from evalkit import __version__
from evalkit.errors import EvalkitError, ExitCode, why

COMMANDS: Mapping[str, str] = {
    "run": "Ask providers, or replay what they answered, and judge the calls.",
    "grade": "Judge answers that are already there, by today's expectations.",
    "compare": "Say what broke between two runs, and what may be chance.",
    "baseline": "Keep the run that later ones are held against.",
    "report": "Render a run file as HTML, Markdown, JUnit, CSV or JSON.",
    "cassettes": "See how recordings stand; keep them fresh and free of secrets.",
    "import": "Turn questions of other tools into suites.",
    "schema": "Write the JSON Schema of suites, for editors.",
    "init": "Start a project: a suite, tools and evalkit.yaml that pass at once.",
    "simulate": "Serve a scripted provider on this machine.",
    "tokens": "Say what tools take of every request, in tokens and USD.",
    "lint": "Say what in tools and suites makes models call wrongly.",
    "triage": "Say what a raw response holds, what is wrong with it, and what to change.",
}
"""Each command and its line in `evalkit --help`; the module is `evalkit.cli._<name>`."""

_ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000
"""What a command reads lives until it ends: looking for garbage more often finds none."""

_FULL = (ENOSPC, EDQUOT)


@contextmanager
def _read_to_the_end() -> Iterator[None]:
    """End a command with a code of its own where whoever reads its output left; click says 1."""
    try:
        yield
    except BrokenPipeError:
        raise click.exceptions.Exit(ExitCode.UNREAD) from None
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # rich says 1, too
            raise click.exceptions.Exit(ExitCode.UNREAD) from None
        raise


class _Commands(click.Group):
    """Imports a command's module only when that command is called."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _read_to_the_end():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        with _read_to_the_end():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"evalkit.cli._{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="evalkit", message="%(prog)s %(version)s")
def _evalkit() -> None:
    """Evaluate the tool calls of language models, and keep them right.

    Exit codes: 0 all passed, 1 failures or a regression, 2 usage or a broken suite, 3 trouble of
    the harness or a provider, 130 interrupted, 141 where nobody reads the output to its end.
    """


def main() -> None:
    """Run the command line and exit with the code it deserves."""
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)
    try:
        code = _exit_code()
        sys.stdout.flush()
    except BrokenPipeError:
        code = ExitCode.UNREAD
    except OSError as error:
        if error.errno not in _FULL:
            raise
        click.echo(f"evalkit: the output cannot be written: {why(error)}", err=True)
        code = ExitCode.TROUBLE
        _drop_what_is_unsaid()
    if code == ExitCode.UNREAD:
        _drop_what_is_unsaid()
    sys.exit(code)


def _drop_what_is_unsaid() -> None:
    """Leave nothing behind that Python would try to say in the end, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _exit_code() -> int:
    try:
        outcome = _evalkit.main(standalone_mode=False)
    except EvalkitError as error:
        click.echo(f"evalkit: {_without_keys(str(error))}", err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    return outcome if isinstance(outcome, int) else ExitCode.PASSED


def _without_keys(message: str) -> str:
    """Redact a message: it may quote what somebody put into the wrong place."""
    from evalkit.cassettes import KEYS

    return KEYS.text(message)
