"""Formats of agents that reason aloud: ReAct, self-ask and LangChain's XML agent."""

from __future__ import annotations

import re

from evalkit.parse._arguments import parse_arguments
from evalkit.parse._json_calls import PLAIN_INPUT
from evalkit.parse._parsed import Extract, Found, Gathering, Schemas
from evalkit.parse._tagged_json import find_bare_json
from evalkit.transcript import Defect

_ACTION = re.compile(r"Action\s*+\d*+\s*+:[ \t]*+\n?[ \t]*+(?P<name>[^\n]{1,200}+)\n")
_INPUT = re.compile(r"\s*+Action\s*+\d*+\s*+Input\s*+\d*+\s*+:[ \t]*+\n?[ \t]*+")
_OBSERVATION = re.compile(r"\n\s*+Observation\s*+\d*+\s*+:")
_THOUGHT = re.compile(r"^\s*+Thought\s*+:")
_FINAL = re.compile(r"Final Answer\s*+:\s*+")
_FOLLOW_UP = re.compile(r"Follow ?up:[ \t]*+(?P<question>[^\n]++)\Z")
_GLUED_FENCE = re.compile(r"```\w++\{")
"""A fence needs its line to itself; behind its language word it opens no block of JSON."""
_SO_FAR = "Intermediate Answer"
_TOOL = re.compile(r"<tool>([^<]*+)</tool>\s*+<tool_input>")
_END_OF_INPUT = "</tool_input>"


def find_react(text: str, schemas: Schemas) -> Extract:
    """Find `Action:` and `Action Input:`; the first action counts, since a result must follow."""
    gathering = Gathering(text)
    final = _FINAL.search(text)
    for action in _ACTION.finditer(text, 0, final.start() if final else len(text)):
        given = _INPUT.match(text, action.end())
        if given is None:
            continue
        observation = _OBSERVATION.search(text, given.end())
        end = observation.start() if observation else len(text)
        gathering.add(_with_input(action["name"].strip(), text[given.end() : end], schemas))
        gathering.cut(action.start(), len(text))
        break
    else:
        if final is None and _ACTION.search(text):
            gathering.defects.append(Defect.TRUNCATED)
    return _answer(gathering.extract())


def find_react_json(text: str, schemas: Schemas) -> Extract:
    """Find the JSON of a ReAct answer: `{"action": ..., "action_input": ...}`."""
    if _GLUED_FENCE.search(text):
        return _answer(Extract(text=text))
    extract = find_bare_json(text, schemas)
    answers = [call for call in extract.calls if call.name == "Final Answer"]
    calls = tuple(call for call in extract.calls if call.name != "Final Answer")
    if answers:
        return Extract(calls=calls, text=answers[0].raw, defects=extract.defects)
    return _answer(extract)


def find_self_ask(text: str, _schemas: Schemas) -> Extract:
    """Find the follow-up question at the end, which goes to the tool `Intermediate Answer`."""
    question = _FOLLOW_UP.search(text.rstrip())
    if question is None:
        return Extract(text=text)
    asked = question["question"].strip()
    call = Found(name=_SO_FAR, raw=asked, arguments={PLAIN_INPUT: asked})
    return Extract(calls=(call,), text=text[: question.start()])


def find_langchain_xml(text: str, schemas: Schemas) -> Extract:
    """Find `<tool>name</tool><tool_input>...</tool_input>`."""
    gathering = Gathering(text)
    at = 0
    while tool := _TOOL.search(text, at):
        end = text.find(_END_OF_INPUT, tool.end())
        at = end if end >= 0 else len(text)
        gathering.add(_with_input(tool[1].strip(), text[tool.end() : at], schemas))
        gathering.cut(tool.start(), min(at + len(_END_OF_INPUT), len(text)))
    return gathering.extract()


def _with_input(name: str, raw: str, schemas: Schemas) -> Found:
    """Read an input: a JSON object, or the text for a tool's only parameter."""
    given = raw.strip(" \t")
    if given.count('"') == 2 and given[0] == given[-1] == '"':  # noqa: PLR2004  # one pair of quotes
        given = given[1:-1]
    read = parse_arguments(raw)
    if read.value is not None and raw.strip():
        return Found(name=name, raw=raw, arguments=read.value, defects=read.defects)
    properties = schemas.get(name, {}).get("properties")
    names = [*properties] if isinstance(properties, dict) else []
    key = names[0] if len(names) == 1 else PLAIN_INPUT
    return Found(name=name, raw=raw, arguments={key: given})


def _answer(extract: Extract) -> Extract:
    """Leave out the labels that the format puts before thoughts and the last answer."""
    text = _THOUGHT.sub("", extract.text)
    final = _FINAL.search(text)
    if final is None:
        return Extract(calls=extract.calls, text=text, defects=extract.defects)
    return Extract(
        calls=extract.calls,
        text=text[final.end() :],
        reasoning=text[: final.start()].strip() or None,
        defects=extract.defects,
    )
