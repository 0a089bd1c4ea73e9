"""What every call must be, whatever the suite expects: native, known, JSON, and valid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evalkit.grade._blame import malformed_reason
from evalkit.grade._scene import Placed
from evalkit.grade._words import MAX_PATH, one_line, show_call, show_name, show_which
from evalkit.results import Kind, Status, Verdict
from evalkit.schemas import Schema
from evalkit.suite import Tool
from evalkit.tools import validator_for
from evalkit.transcript import Defect


class Offer:
    """The tools that a case offers, with their schemas compiled when first asked for."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self.names = frozenset(tool.name for tool in tools)
        self._tools = {tool.name: tool for tool in tools}
        self._schemas: dict[str, Schema] = {}

    def schema(self, name: str) -> Schema:
        found = self._schemas.get(name)
        if found is None:
            found = self._schemas[name] = validator_for(self._tools[name])
        return found


def wellformed(
    placed: Placed, calls: Sequence[Placed], offer: Offer, *, check_schema: bool
) -> Iterator[Verdict]:
    """Complain of a call that no application could run as it stands."""
    call = placed.call
    if call.defects:
        yield from _foreign(placed)
    if call.arguments is None:
        reason = malformed_reason(show_which(placed, calls), call)
        yield _complaint(placed, Kind.MALFORMED_JSON, reason, path="$")
    if call.name not in offer.names:
        offered = ", ".join(sorted(offer.names)) or "none"
        reason = f"{show_call(call)}: no such tool; offered: {one_line(offered)}"
        yield _complaint(placed, Kind.UNKNOWN_TOOL, reason)
    elif check_schema and call.arguments is not None:
        yield from _violations(placed, calls, offer.schema(call.name))


def _foreign(placed: Placed) -> Iterator[Verdict]:
    """Complain of a call that came by another way than the API's own."""
    call = placed.call
    if Defect.TEXT_CALL in call.defects:
        reason = f"{show_call(call)} was written as text, where the API has calls of its own"
        yield _complaint(placed, Kind.CALL_IN_TEXT, reason)
    if Defect.WRAPPED in call.defects:
        reason = f"{show_call(call)} was called through a wrapper or prefix that is no tool"
        yield _complaint(placed, Kind.UNKNOWN_TOOL, reason)


def _violations(placed: Placed, calls: Sequence[Placed], schema: Schema) -> Iterator[Verdict]:
    for error in schema.errors(placed.call.arguments):
        path = one_line(error.path, MAX_PATH)
        reason = f"{show_which(placed, calls)} {path}: {one_line(error.reason)}"
        yield _complaint(placed, Kind.SCHEMA_VIOLATION, reason, path=path)


def _complaint(placed: Placed, kind: Kind, reason: str, path: str | None = None) -> Verdict:
    call = placed.call
    return Verdict(
        expectation=f"call {placed.index + 1} {show_name(call.name)}",
        status=Status.FAILED,
        kind=kind,
        path=path,
        reason=reason,
        actual=call.raw if call.arguments is None else call.arguments,
        call=placed.index,
    )
