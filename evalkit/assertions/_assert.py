"""Assertions on what a model called, with the explanations of suites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Never

from evalkit.assertions._answer import transcript_of
from evalkit.assertions._expected import Arguments, ExpectedCall, call, expectations
from evalkit.errors import EvalkitError, UsageError
from evalkit.grade import Grader, diff, explain, show_call, show_expected
from evalkit.results import CaseResult, Kind, Status
from evalkit.suite import Case, Expectation, Settings, Tool
from evalkit.transcript import JsonValue, Transcript
from evalkit.triage import read_offer

MAX_SHOWN = 10
"""Calls that a message lists of each kind."""


def assert_calls(
    answer: object,
    /,
    *calls: ExpectedCall,
    order: Literal["any", "strict"] = "any",
    same_turn: bool = False,
    extra_calls: Literal["forbid", "allow"] | Sequence[str] = "forbid",
    tools: Iterable[object] | None = None,
    **by_name: Arguments | Sequence[Arguments],
) -> None:
    """Assert that a model made these calls, and with exactly these arguments.

    `answer` is a response of either SDK, its JSON, a stream, several of these in order, or a
    transcript. A keyword names a tool and gives the arguments of its call, or a list of them for
    several calls; a tool that is called like an option of this function takes `call`. With
    `tools`, as the model was given them, each call must also fit the schema of its tool.

    Raises:
        AssertionError: the calls are others; it says which argument differs.
        EvalkitError: there is no answer to judge.
    """
    __tracebackhide__ = True
    _check_options(order, extra_calls)
    expected = (*calls, *_named(by_name))
    if not expected:
        raise UsageError("no call is expected", hint="assert_no_calls expects that nothing is")
    expectation = Expectation.model_validate(
        {
            "calls": expectations(expected),
            "order": order,
            "same_turn": same_turn,
            "extra_calls": extra_calls if isinstance(extra_calls, str) else tuple(extra_calls),
            "schema": tools is not None,
        }
    )
    transcript = _judgeable(answer)
    result = _judged(transcript, expectation, _offer(transcript, expected, tools))
    if result.status is not Status.PASSED:
        _fail(result, expected)


def assert_no_calls(answer: object, /, *forbidden: str) -> None:
    """Assert that a model called nothing, or none of the tools that are named.

    Raises:
        AssertionError: it did.
        EvalkitError: there is no answer to judge.
    """
    __tracebackhide__ = True
    expectation = Expectation.model_validate(
        {"no_call": not forbidden, "forbid": forbidden, "schema": False}
    )
    transcript = _judgeable(answer)
    result = _judged(transcript, expectation, _offer(transcript, (), None))
    if result.status is not Status.PASSED:
        _fail(result, ())


def _named(by_name: dict[str, Arguments | Sequence[Arguments]]) -> Iterator[ExpectedCall]:
    for tool, given in by_name.items():
        for arguments in given if isinstance(given, list | tuple) else (given,):
            if not hasattr(arguments, "keys"):
                raise UsageError(
                    f"the arguments of {tool} are a mapping, got {arguments!r}",
                    hint=f"write {tool}={{}} for a call without arguments",
                )
            yield call(tool, arguments)


def _check_options(order: object, extra_calls: object) -> None:
    """Refuse what was meant for a tool that is called like an option."""
    if order not in ("any", "strict"):
        raise _not_an_option("order", order)
    if isinstance(extra_calls, str) and extra_calls not in ("forbid", "allow"):
        raise UsageError(
            f"extra_calls is 'forbid', 'allow' or a list of tools, got {extra_calls!r}"
        )
    if isinstance(extra_calls, dict):
        raise _not_an_option("extra_calls", extra_calls)


def _not_an_option(name: str, value: object) -> UsageError:
    return UsageError(
        f"{name} cannot be {value!r}", hint=f'for a tool of that name write call("{name}", ...)'
    )


def _judgeable(answer: object) -> Transcript:
    transcript = transcript_of(answer)
    if transcript.trouble is not None:
        raise EvalkitError(transcript.trouble.what, hint=transcript.trouble.hint)
    if not transcript.turns:
        raise UsageError("the transcript holds no answer of a model")
    return transcript


def _judged(
    transcript: Transcript, expectation: Expectation, offer: tuple[Tool, ...]
) -> CaseResult:
    case = Case(
        suite=transcript.suite,
        id=transcript.case,
        where="",
        given=transcript.given,
        expect=expectation,
        tools=offer,
        settings=Settings(),
        simulate={},
    )
    return Grader(case).grade(transcript)


def _offer(
    transcript: Transcript, expected: Iterable[ExpectedCall], tools: Iterable[object] | None
) -> tuple[Tool, ...]:
    """Return the tools on offer; where they are not known, any that is named may be called."""
    if tools is None:
        names = {one.tool for one in expected} | {made.name for made in transcript.calls}
        return tuple(Tool(name=name, parameters={}) for name in sorted(names))
    given = list(tools)
    own = [tool for tool in given if isinstance(tool, Tool)]
    foreign: list[JsonValue] = [dict(tool) for tool in given if isinstance(tool, dict)]
    if len(own) + len(foreign) < len(given):
        raise UsageError("tools are dicts, as the model was given them")
    return (*own, *(read_offer(foreign) or {}).values())


def _fail(result: CaseResult, expected: Iterable[ExpectedCall]) -> Never:
    __tracebackhide__ = True
    raise AssertionError("\n".join(_message(result, tuple(expected))))


def _message(result: CaseResult, expected: Sequence[ExpectedCall]) -> Iterator[str]:
    """Say what is wrong, then set the expected calls against those that were made."""
    yield from explain(result)
    for verdict in result.failures:
        if verdict.kind is Kind.WRONG_ARGUMENT:
            yield from (f"  {line}" for line in diff(verdict))
    wanted = [show_expected(one.tool, one.pattern.source) for one in expected]
    yield from _listed("expected:", wanted)
    made = [show_call(one) for one in result.transcript.calls]
    yield from _listed("called:", made or ["nothing"])


def _listed(head: str, lines: Sequence[str]) -> Iterator[str]:
    left = len(lines) - MAX_SHOWN
    shown = [*lines[:MAX_SHOWN], f"… and {left} more"] if left > 0 else lines
    for index, line in enumerate(shown):
        yield f"  {head if index == 0 else '':<9} {line}"
