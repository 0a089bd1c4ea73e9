"""The `evalkit` command: one module for each subcommand, loaded when it is called."""

from evalkit.cli._main import main

__all__ = ["main"]
