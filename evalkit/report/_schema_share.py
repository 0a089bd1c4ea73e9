"""How much of what a provider read were the definitions of tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from evalkit.cost import Basis, SchemaTokens, schema_tokens
from evalkit.results import CaseResult
from evalkit.runfile import RunRecord
from evalkit.suite import Tool
from evalkit.transcript import JsonObject

BASES: Mapping[Basis, str] = {
    Basis.EXACT: "counted exactly",
    Basis.ESTIMATED: "estimated",
    Basis.UNKNOWN: "a rough guess",
}


class SchemaShare(Struct, frozen=True, kw_only=True):
    """The tokens of tool definitions in the requests of one provider."""

    provider: str
    schema_tokens: int
    """Counted anew for every request: a conversation of three turns sends its tools three times."""
    input_tokens: int
    """All that the provider reported to have read in these requests."""
    basis: Basis
    """The weakest basis of any count in the sum."""

    @property
    def share(self) -> float:
        """From 0 to 1; an estimate above what was reported counts as all of it."""
        return min(1, self.schema_tokens / self.input_tokens)


def schema_shares(record: RunRecord) -> tuple[SchemaShare, ...]:
    """Measure each provider that reported what it read; suites without tools count, too."""
    tools = {suite.name: tuple(map(_tool, suite.tools)) for suite in record.header.suites}
    groups: dict[str, list[CaseResult]] = {}
    for result in record.results:
        groups.setdefault(result.provider, []).append(result)
    shares = (_share(provider, group, tools) for provider, group in groups.items())
    return tuple(share for share in shares if share is not None)


def _tool(written: JsonObject) -> Tool:
    parameters = written.get("parameters")
    return Tool(
        name=str(written.get("name", "")),
        description=str(written.get("description", "")),
        parameters=parameters if isinstance(parameters, dict) else {},
    )


def _share(
    provider: str, results: Iterable[CaseResult], tools: Mapping[str, Sequence[Tool]]
) -> SchemaShare | None:
    counted: dict[tuple[str, str], SchemaTokens] = {}
    schema = read = 0
    for result in results:
        key = (result.suite, result.model)
        if key not in counted:
            counted[key] = schema_tokens(tools.get(result.suite, ()), result.model)
        for turn in result.transcript.turns:
            if turn.usage.input is not None:
                schema += counted[key].total
                read += turn.usage.input
    if not read:
        return None
    bases = {each.basis for each in counted.values()}
    return SchemaShare(
        provider=provider,
        schema_tokens=schema,
        input_tokens=read,
        basis=next(basis for basis in reversed(Basis) if basis in bases),
    )
