"""`evalkit lint`: advice on tools and suites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click
from msgspec import Struct

from evalkit.cli._options import ALLOW_PYTHON
from evalkit.config import load_config
from evalkit.errors import ExitCode
from evalkit.lint import (
    RULES,
    Finding,
    Severity,
    choose_rules,
    lint,
    read_material,
    render_json,
    render_sarif,
)

_STYLES: Mapping[Severity, str] = {
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.NOTE: "cyan",
}
_RENDER: Mapping[str, Callable[[Sequence[Finding]], str]] = {
    "json": render_json,
    "sarif": render_sarif,
}


class _Options(Struct, frozen=True, kw_only=True):
    """The flags of `evalkit lint`, as click hands them over."""

    files: tuple[Path, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    output_format: str
    rules: bool
    allow_python: bool


@click.command("lint")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--select", "-s", multiple=True, metavar="RULE", help="Only this rule. Repeatable.")
@click.option("--ignore", "-i", multiple=True, metavar="RULE", help="Not this rule. Repeatable.")
@click.option(
    "--format",
    "-f",
    "output_format",
    type=click.Choice(["text", *_RENDER]),
    default="text",
    help="text, one JSON object a line, or SARIF 2.1.0.",
)
@click.option("--json", "output_format", flag_value="json", help="The same as --format json.")
@click.option("--rules", is_flag=True, help="List the rules, and judge nothing.")
@ALLOW_PYTHON
def command(**flags: object) -> int:
    """Say what in FILES makes models call wrongly, or suites blind.

    FILES are suites, files of tools, or folders of them; without any, the suites that
    evalkit.yaml names. A comment `# evalkit: ignore[RULE] reason` silences a rule on its line, or
    on the next one.

    Exit codes: 0 nothing but notes, 1 errors or warnings, 2 usage or a broken file.
    """
    options = _Options(**flags)  # type: ignore[arg-type]  # click checked them
    if options.rules:
        _print_rules()
        return ExitCode.PASSED
    rules = choose_rules(options.select, options.ignore)
    files = options.files or load_config().suites
    findings = lint(read_material(files, allow_python=options.allow_python), rules)
    render = _RENDER.get(options.output_format)
    if render is None:
        _print(findings)
    else:
        click.echo(render(findings), nl=False)
    is_clean = all(finding.severity is Severity.NOTE for finding in findings)
    return ExitCode.PASSED if is_clean else ExitCode.FAILED


def _print_rules() -> None:
    for rule in RULES:
        click.echo(f"{rule.id:28}{rule.severity.value:9}{rule.looks_for}")


def _print(findings: Sequence[Finding]) -> None:
    for finding in findings:
        severity = click.style(finding.severity.value, fg=_STYLES[finding.severity])
        click.echo(f"{finding.where}: {severity} {finding.rule}: {finding.what}")
        click.echo(f"  why: {finding.why}")
        click.echo(f"  fix: {finding.fix}")
    counts = Counter(finding.severity for finding in findings)
    said = [
        f"{counts[one]} {one.value}{'s' * (counts[one] != 1)}" for one in Severity if counts[one]
    ]
    click.echo(", ".join(said) if said else "nothing found")
