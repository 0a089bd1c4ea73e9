"""A response -> everything that triage finds in it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from evalkit.transcript import Defect, ToolCall
from evalkit.triage._call_faults import CALL_CHECKS
from evalkit.triage._finding import Diagnosis, Finding
from evalkit.triage._response import Response
from evalkit.triage._turn_faults import TURN_CHECKS


def diagnose(response: Response) -> Diagnosis:
    """Find the failures that this one answer shows, in the order of their numbers.

    Its calls are marked with the defects that only the request shows, or where the call stands.
    """
    calls = tuple(_marked(response, call) for call in response.turn.calls)
    if calls != response.turn.calls:
        response = replace(response, turn=replace(response.turn, calls=calls))
    findings = sorted(_findings(response), key=lambda finding: int(finding.failure[1:]))
    return Diagnosis(response=response, findings=tuple(findings))


def _marked(response: Response, call: ToolCall) -> ToolCall:
    found: tuple[Defect, ...] = ()
    if call.name and response.offer is not None and call.name not in response.offer:
        found = (*found, Defect.UNKNOWN_TOOL)
    if response.api is None and not response.is_format_named:
        found = (*found, Defect.TEXT_CALL)
    return replace(call, defects=(*call.defects, *found)) if found else call


def _findings(response: Response) -> Iterator[Finding]:
    for check in TURN_CHECKS:
        yield from check(response)
    for index, call in enumerate(response.turn.calls):
        for check_call in CALL_CHECKS:
            for finding in check_call(response, call):
                yield replace(finding, call=index)
