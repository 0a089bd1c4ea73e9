"""JUnit XML as GitLab, Jenkins and GitHub read it: a test suite for each suite and provider."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from evalkit.report._overview import hint, reasons, rerun_command
from evalkit.report._visible import one_line, visible
from evalkit.results import CaseResult, Status
from evalkit.runfile import RunHeader, RunRecord

_MAX_TEXT = 20_000
_NONCHARACTERS = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


def render_junit(record: RunRecord) -> str:
    """Write XML 1.0 whatever the model wrote: what XML cannot hold stands there as an escape."""
    root = ET.Element("testsuites", name="evalkit")
    groups: dict[tuple[str, str], list[CaseResult]] = {}
    for result in record.results:
        groups.setdefault((result.suite, result.provider), []).append(result)
    _count(root, record.results)
    for (suite, provider), results in groups.items():
        element = ET.SubElement(root, "testsuite", name=_line(f"{suite} [{provider}]"))
        element.set("timestamp", _line(record.header.started_at.removesuffix("Z")))
        _count(element, results)
        for result in results:
            element.append(_testcase(record.header, result))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _count(element: ET.Element, results: Iterable[CaseResult]) -> None:
    statuses = [result.status for result in results]
    element.set("tests", str(len(statuses)))
    element.set("failures", str(statuses.count(Status.FAILED)))
    element.set("errors", str(statuses.count(Status.ERRORED)))
    element.set("skipped", str(statuses.count(Status.SKIPPED)))


def _testcase(header: RunHeader, result: CaseResult) -> ET.Element:
    files = {suite.name: suite.file for suite in header.suites}
    took = sum(exchange.latency_s or 0 for exchange in result.transcript.exchanges)
    trial = f"-trial{result.trial + 1}" if result.trial else ""
    element = ET.Element(
        "testcase",
        classname=_line(f"{result.suite}.{result.provider}"),
        name=_line(f"{result.case}[{result.provider}{trial}]"),
        file=_line(files.get(result.suite, result.suite)),
        time=f"{took:.3f}",
    )
    match result.status:
        case Status.FAILED:
            _explain(element, "failure", header, result)
        case Status.ERRORED:
            _explain(element, "error", header, result)
        case Status.SKIPPED:
            ET.SubElement(element, "skipped", message=_line(result.skip_reason or "skipped"))
        case Status.PASSED:
            pass
    return element


def _explain(element: ET.Element, tag: str, header: RunHeader, result: CaseResult) -> None:
    said = reasons(result)
    kind, line = said[0] if said else (tag, tag)
    explanation = ET.SubElement(element, tag, type=_line(kind), message=_line(line))
    advice = hint(result)
    lines = [f"{kind}: {line}" for kind, line in said]
    lines += [f"hint: {advice}"] if advice else []
    lines += [f"case at: {result.where}"] if result.where else []
    lines += [*_calls(result), f"run again: {rerun_command(header, result)}"]
    explanation.text = _text("\n".join(lines))


def _calls(result: CaseResult) -> list[str]:
    return [
        f"called {call.name}({call.arguments if call.raw is None else call.raw})"
        for call in result.transcript.calls
    ]


def _line(text: str) -> str:
    return _writable(one_line(text))


def _text(text: str) -> str:
    return _writable(visible(text[:_MAX_TEXT]))


def _writable(text: str) -> str:
    return text if text.isascii() else text.translate(_NONCHARACTERS)
