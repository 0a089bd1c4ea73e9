"""Writes docs/cli.md from the commands themselves: `python docs/cli_page.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from evalkit.cli._main import COMMANDS, _evalkit

WIDTH = 100
HEAD = """\
# Commands

What `evalkit COMMAND --help` says. This page is made from the code by `make docs`.

Exit codes are the same for all of them: 0 all passed, 1 failures or a regression, 2 a wrong command
line or a broken suite, 3 trouble of the harness or a provider, 130 interrupted, 141 where whoever
reads the output leaves before its end, as `head` does: the run file and the reports are complete
all the same.
"""


def page() -> str:
    """Return the page, with each command and its subcommands."""
    group = click.Context(_evalkit, info_name="evalkit", max_content_width=WIDTH)
    sections = [HEAD]
    for name in sorted(COMMANDS):
        command = _evalkit.get_command(group, name)
        assert command is not None
        sections += _sections(command, click.Context(command, group, name))
    return "\n".join(sections)


def _sections(command: click.Command, context: click.Context) -> Iterator[str]:
    context.terminal_width = WIDTH
    depth = "#" * len(context.command_path.split())
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield f"{depth} {context.command_path}\n\n```text\n{text}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _sections(inner, click.Context(inner, context, name))


if __name__ == "__main__":
    Path(__file__).with_name("cli.md").write_text(page(), encoding="utf-8")
