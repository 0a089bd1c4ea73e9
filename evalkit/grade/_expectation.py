"""An expectation of a suite, made ready to judge scene after scene."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from evalkit.errors import PluginFailed
from evalkit.grade._calls import calls_judge
from evalkit.grade._ending import answer_judge, limits_judge, stop_judge
from evalkit.grade._grounding import grounded_judge
from evalkit.grade._judgement import Judge, Judgement, together, within
from evalkit.grade._recovery import idempotent_judge, recovers, retries_judge
from evalkit.grade._restraint import confirm_judge, forbid_judge, no_call
from evalkit.grade._scene import Scene
from evalkit.plugins import find
from evalkit.suite import Expectation, Tool
from evalkit.transcript import JsonValue

GraderFactory: TypeAlias = Callable[[JsonValue, Sequence[Tool]], Judge]
"""A grader by name: takes its options and the tools on offer, returns what judges a scene."""


def _bfcl_judge(options: JsonValue, tools: Sequence[Tool]) -> Judge:
    from evalkit.grade._bfcl import bfcl_judge

    return bfcl_judge(options, tools)


GRADERS: dict[str, GraderFactory] = {"bfcl": _bfcl_judge}


def judge_of(expectation: Expectation, tools: Sequence[Tool]) -> Judge:
    """Prepare to judge by an expectation, over the tools on offer.

    Raises:
        UnknownName: a grader is neither ours nor installed.
    """
    judges = (*_judges(expectation, tools), *_judges_by_name(expectation, tools))
    return judges[0] if len(judges) == 1 else partial(_judge_all, judges)


def expects_silence(expectation: Expectation) -> bool:
    """Whether only a conversation without any call can meet the expectation."""
    alternatives = expectation.any_of
    return (
        expectation.no_call
        or _is_irrelevance(expectation)
        or (bool(alternatives) and all(map(expects_silence, alternatives)))
    )


def _is_irrelevance(expectation: Expectation) -> bool:
    """Whether BFCL's rules are asked to find no call."""
    if "bfcl" not in expectation.graders:
        return False
    from evalkit.grade._bfcl import is_irrelevance

    return is_irrelevance(expectation.graders["bfcl"])


def names_an_ending(expectation: Expectation) -> bool:
    """Whether the expectation says itself how the conversation must end."""
    return expectation.stop is not None or any(map(names_an_ending, expectation.any_of))


def is_for_graders_alone(expectation: Expectation) -> bool:
    """Whether nothing but `graders` is given: they judge in evalkit's place, not beside it."""
    return bool(expectation.graders) and not any(_judges(expectation, ()))


def _judges(expectation: Expectation, tools: Sequence[Tool]) -> Iterator[Judge]:
    yield from _judges_of_calls(expectation, tools)
    if expectation.any_of:
        yield partial(_judge_any, tuple(judge_of(one, tools) for one in expectation.any_of))
    if expectation.answer is not None:
        yield answer_judge(expectation.answer)
    if expectation.stop is not None:
        yield stop_judge(expectation.stop)
    if expectation.limits is not None:
        yield limits_judge(expectation.limits, tools)
    yield from _judges_over_time(expectation)


def _judges_of_calls(expectation: Expectation, tools: Sequence[Tool]) -> Iterator[Judge]:
    if expectation.no_call:
        yield no_call
    if expectation.calls is not None or expectation.extra_calls is not None:
        yield calls_judge(expectation, frozenset(tool.name for tool in tools))
    if expectation.forbid:
        yield forbid_judge(expectation.forbid)


def _judges_over_time(expectation: Expectation) -> Iterator[Judge]:
    if expectation.retries is not None:
        yield retries_judge(expectation.retries)
    for rule in expectation.idempotent:
        yield idempotent_judge(rule)
    for grounded in expectation.grounded:
        yield grounded_judge(grounded)
    if expectation.confirm:
        yield confirm_judge(expectation.confirm)
    if expectation.recovers:
        yield recovers


def _judges_by_name(expectation: Expectation, tools: Sequence[Tool]) -> Iterator[Judge]:
    for name, options in expectation.graders.items():
        factory = find("graders", name, GRADERS)
        if name in GRADERS:
            yield factory(options, tools)
        else:
            yield partial(_judge_by_plugin, name, partial(factory, options, tools))


def _judge_by_plugin(name: str, prepare: Callable[[], Judge], scene: Scene) -> Judgement:
    try:
        return prepare()(scene)
    except Exception as error:  # one plugin call: whatever it raises is the plugin's trouble
        what = f"grader {name!r} raised {type(error).__name__}: {error}"
        raise PluginFailed(what, hint="mend the package that brings it") from error


def _judge_all(judges: Sequence[Judge], scene: Scene) -> Judgement:
    return together(judge(scene) for judge in judges)


def _judge_any(alternatives: Sequence[Judge], scene: Scene) -> Judgement:
    """The first alternative that holds, else the one with the fewest complaints."""
    judgements = [
        within(f"any_of[{index}]", judge(scene)) for index, judge in enumerate(alternatives)
    ]
    return min(judgements, key=lambda one: (not one.holds, _complaints(one)))


def _complaints(judgement: Judgement) -> int:
    return sum(verdict.kind is not None for verdict in judgement.verdicts)
