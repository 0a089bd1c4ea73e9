"""The verdicts of the Berkeley Function Calling Leaderboard (V4, Python), for a yardstick.

They differ from evalkit's own on purpose: a malformed call where none is due passes, numbers are
judged by how they are written, and text beside a call makes an answer undecodable.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Literal, TypeAlias

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import JsonValue as AnyJson

from evalkit.errors import UnknownName, UsageError
from evalkit.grade._bfcl_calls import Answer, Complaint, answer_of
from evalkit.grade._blame import malformed_reason
from evalkit.grade._judgement import Judge, Judgement, paired, passed
from evalkit.grade._scene import Scene
from evalkit.grade._words import counted, show_call, show_name
from evalkit.matchers import show
from evalkit.results import Kind, Pairing, Status, Verdict
from evalkit.suite import Tool
from evalkit.transcript import Defect, JsonObject, JsonValue, ToolCall

Category: TypeAlias = Literal["simple", "multiple", "parallel", "parallel_multiple", "irrelevance"]

_LABEL = "bfcl"
_NOTHING = "no JSON"
"""Stands for arguments that no reader of JSON takes; itself no object."""
_PARALLEL = "parallel_function_checker_no_order"
_CHECKERS = {
    "simple": "simple_function_checker",
    "multiple": "multiple_function_checker",
    "parallel": _PARALLEL,
    "parallel_multiple": _PARALLEL,
}


class BfclOptions(BaseModel):
    """What a suite says under `graders: {bfcl: ...}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: Category
    answers: tuple[dict[str, dict[str, list[AnyJson]]], ...] = ()
    """One for each expected call: its tool, and the alternatives for each parameter."""
    text_beside_calls: Literal["undecodable", "ignored"] = "undecodable"


class BfclJudge(Struct, frozen=True, kw_only=True):
    """Judges one case as BFCL does."""

    category: Category
    answers: tuple[Answer, ...]
    ignores_text: bool
    all_answered: Judgement
    """What there is to say of an answer that BFCL accepts."""

    def __call__(self, scene: Scene) -> Judgement:
        calls = scene.transcript.calls if len(scene.turns) > 1 else scene.turns[0].calls
        complaint = self._complaint(calls, scene.text)
        if complaint is None:
            return self.all_answered
        verdict = Verdict(
            expectation=_LABEL,
            status=Status.FAILED,
            kind=complaint.kind,
            path=complaint.path,
            reason=f"{complaint.reason} ({complaint.code})",
            expected=complaint.expected,
            actual=complaint.actual,
            call=complaint.call,
        )
        return Judgement(verdicts=(verdict,), pairings=tuple(self._pairings(calls)))

    def _complaint(self, calls: Sequence[ToolCall], text: str) -> Complaint | None:
        read = self._decoded(calls, text)
        if self.category == "irrelevance":
            return _needless(calls) if read else None
        if read is None:
            return _undecodable(calls, text)
        if len(read) != len(self.answers):
            return self._miscounted(calls)
        if self.category in ("simple", "multiple"):
            return self.answers[0].complaint(calls[0].name, read[0])
        return self._unmatched(calls, read)

    def _decoded(self, calls: Sequence[ToolCall], text: str) -> list[JsonObject] | None:
        """The arguments of all calls, or None where BFCL's decoder gives up on the answer."""
        if text and not (calls and self.ignores_text):
            return None
        found = []
        for call in calls:
            arguments = _reread(call) if call.defects else call.arguments
            if not isinstance(arguments, dict):
                return None
            found.append(arguments)
        return found

    def _unmatched(self, calls: Sequence[ToolCall], read: Sequence[JsonObject]) -> Complaint | None:
        """Give each answer the first free call that passes; a choice is never taken back."""
        free = list(range(len(calls)))
        for answer in self.answers:
            for index in free:
                if answer.flaw(calls[index].name, read[index]) is None:
                    free.remove(index)
                    break
            else:
                return _nearest(answer, [(i, calls[i].name, read[i]) for i in free])
        return None

    def _miscounted(self, calls: Sequence[ToolCall]) -> Complaint:
        due, made = len(self.answers), len(calls)
        shown = ", ".join(show_name(call.name) for call in calls[:3]) or "none"
        return Complaint(
            code=f"{_CHECKERS[self.category]}:wrong_count",
            kind=Kind.MISSING_CALL if made < due else Kind.EXTRA_CALL,
            reason=f"expected {counted(due, 'call')}, got {made}: {shown}",
        )

    def _pairings(self, calls: Sequence[ToolCall]) -> Iterator[Pairing]:
        """Calls beside answers of the same tool; what is left over beside each other or nothing."""
        due = [answer.tool for answer in self.answers]
        made = [call.name for call in calls]
        for name in tuple(due):
            if name in made:
                due.remove(name)
                made.remove(name)
                yield paired(name, name)
        for expected, called in zip_longest(due, made):
            yield paired(expected, called)


def bfcl_judge(options: JsonValue, tools: Sequence[Tool]) -> Judge:
    """Prepare to judge as BFCL does.

    Raises:
        UsageError: the options are not what `BfclOptions` says, or name a tool not on offer.
    """
    try:
        read = BfclOptions.model_validate(options)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, ("graders", _LABEL, *first["loc"])))
        raise UsageError(first["msg"], where=place) from error
    if not read.answers and read.category != "irrelevance":
        raise UsageError(f"{read.category} needs answers", where=f"graders.{_LABEL}")
    by_name = {tool.name: tool for tool in tools}
    answers = tuple(
        answer_of(name, values, _offered(name, by_name))
        for answer in read.answers
        for name, values in answer.items()
    )
    return BfclJudge(
        category=read.category,
        answers=answers,
        ignores_text=read.text_beside_calls == "ignored",
        all_answered=Judgement(
            verdicts=(passed(_LABEL),),
            pairings=tuple(paired(one.tool, one.tool, arguments_match=True) for one in answers),
        ),
    )


def is_irrelevance(options: JsonValue) -> bool:
    """Whether the options ask for a conversation without a call."""
    return isinstance(options, dict) and options.get("category") == "irrelevance"


def _offered(name: str, tools: Mapping[str, Tool]) -> Tool:
    if name not in tools:
        raise UnknownName("tool", name, tools, where=f"graders.{_LABEL}.answers")
    return tools[name]


def _reread(call: ToolCall) -> JsonValue:
    """Read arguments as Python's json does, which takes NaN but no empty string.

    A call that was found in a text is none to BFCL: its decoder sees the text.
    """
    if Defect.TEXT_CALL in call.defects:
        return _NOTHING
    if call.arguments is not None and Defect.EMPTY not in call.defects:
        return call.arguments
    try:
        value: JsonValue = json.loads(call.raw or "")
    except (ValueError, RecursionError):
        return _NOTHING
    return value


def _undecodable(calls: Sequence[ToolCall], text: str) -> Complaint:
    """Say why BFCL's decoder gave up."""
    for index, call in enumerate(calls):
        if Defect.TEXT_CALL in call.defects:
            return _written_as_text(call, index)
        arguments = _reread(call)
        if not isinstance(arguments, dict):
            code = "decoder_failed" if arguments is _NOTHING else "decoder_wrong_output_format"
            return _malformed(code, call, index)
    return Complaint(
        code="ast_decoder:decoder_failed",
        kind=Kind.MISSING_CALL,
        reason=f"expected calls, got the text {show(text)}",
        actual=text,
    )


def _malformed(code: str, call: ToolCall, index: int) -> Complaint:
    return Complaint(
        code=f"ast_decoder:{code}",
        kind=Kind.MALFORMED_JSON,
        reason=malformed_reason(show_name(call.name), call),
        path="$",
        actual=call.raw,
        call=index,
    )


def _written_as_text(call: ToolCall, index: int) -> Complaint:
    return Complaint(
        code="ast_decoder:decoder_failed",
        kind=Kind.CALL_IN_TEXT,
        reason=f"{show_call(call)} was written as text, where the API has calls of its own",
        actual=call.raw,
        call=index,
    )


def _needless(calls: Sequence[ToolCall]) -> Complaint:
    return Complaint(
        code="irrelevance_error:decoder_success",
        kind=Kind.OVER_CALL,
        reason=f"no call was expected, got {show_name(calls[0].name)}",
        actual=calls[0].name,
        call=0,
    )


def _nearest(answer: Answer, free: Sequence[tuple[int, str, JsonObject]]) -> Complaint:
    """What is wrong with the free call that comes nearest: one of the right tool, if there is."""
    index, name, arguments = min(free, key=lambda one: (one[1] != answer.tool, one[0]))
    found = answer.complaint(name, arguments)
    assert found is not None
    return found._replace(code=f"{_PARALLEL}:cannot_find_match", call=index)
