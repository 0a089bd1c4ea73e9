from __future__ import annotations

import pytest

from evalkit.baseline import compare_runs, scan_run
from evalkit.results import CaseResult, Pairing, Status
from evalkit.runfile import RunHeader, RunProvider, RunWriter
from evalkit.transcript import Exchange, Prompt, ToolCall, Transcript, Turn

STATUS = {"+": Status.PASSED, "-": Status.FAILED, "!": Status.ERRORED, "s": Status.SKIPPED}


def result(case, mark, *, provider="gpt", trial=0, **changed):
    raw = changed.get("raw", "{}")
    call = ToolCall(id="c", name="get_order", raw=raw, arguments={} if raw == "{}" else None)
    return CaseResult(
        suite="shop",
        case=case,
        provider=provider,
        model="m",
        trial=trial,
        tags=changed.get("tags", ("F2",)),
        status=STATUS[mark],
        verdicts=(),
        pairings=(Pairing(expected="get_order", called="get_order"),),
        expects_no_call=changed.get("expects_no_call", False),
        expect=changed.get("expect"),
        transcript=Transcript(
            suite="shop",
            case=case,
            provider=provider,
            model="m",
            trial=trial,
            given=(Prompt(role="user", text=changed.get("asked", "hi")),),
            messages=(
                Turn(text=changed.get("text"), calls=(call,)),
                *changed.get("later", ()),
            ),
            exchanges=(Exchange(cost_usd=changed.get("cost_usd")),),
        ),
    )


@pytest.fixture
def run_file(tmp_path):
    """Write results into a run file."""

    def written(name, *results, finished="2026-11-20T17:01:00Z", suites=()):
        providers = dict.fromkeys(one.provider for one in results)
        header = RunHeader(
            id=name,
            started_at="2026-11-20T17:00:00Z",
            evalkit_version="1",
            mode="none",
            command="evalkit run",
            suites=suites,
            providers=tuple(RunProvider(name=p, api="a", model="m") for p in providers),
        )
        with RunWriter(tmp_path / f"{name}.jsonl", header) as writer:
            for one in results:
                writer.add(one)
            if finished:
                writer.finish(finished)
        return writer.path

    return written


@pytest.fixture
def compared(run_file):
    """Compare two runs, given as results or as one mark for each case."""

    def results(given):
        if isinstance(given, str):
            return [result(f"case-{index}", mark) for index, mark in enumerate(given)]
        return given

    def run(before, after):
        base = run_file("base", *results(before))
        head = run_file("head", *results(after))
        return compare_runs(scan_run(base), scan_run(head))

    return run


@pytest.fixture(name="result")
def result_():
    return result
