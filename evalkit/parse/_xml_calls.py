"""Formats that write a call as an element with one element for each parameter."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct, field

from evalkit.parse._coerce import Untyped, coerce, parameter_schema
from evalkit.parse._parsed import Extract, Found, Gathering, Schemas
from evalkit.transcript import Defect, JsonObject, JsonValue

_Kind: TypeAlias = Literal["call", "parameter", "wrapper"]

_ATTRIBUTE = re.compile(r"""([\w:]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_NAME = re.compile(r"""(?:name|tool|key)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_ASSIGNED = re.compile(r"=([^>]*+)>")
_BAR = "\uff5c"
_CDATA = re.compile(r"\s*+<!\[CDATA\[(.*)\]\]>\s*+", re.DOTALL)
_CUT_TAG = re.compile(r"\s*+(?:<[^<>]*+)?\Z")
"""Nothing, or a tag without its end, behind an opening tag."""
_WRAPPERS = frozenset({"arguments", "parameters", "properties"})


class _Element(Struct):
    """An opening tag, and the closing tag that belongs to it if there is one."""

    kind: _Kind
    tag: str
    start: int
    inner: int
    """Where the tag ends."""
    next_tag: int
    """Where the next tag of the format stands, of whatever kind."""
    closing: tuple[int, int] | None = None

    @property
    def attributes(self) -> dict[str, str]:
        return {match[1]: match[2] or match[3] or "" for match in _ATTRIBUTE.finditer(self.tag)}

    @property
    def name(self) -> str:
        named = _NAME.search(self.tag)
        if named:
            return named[1] or named[2] or ""
        assigned = _ASSIGNED.search(self.tag)
        return assigned[1].strip() if assigned else ""

    @property
    def inner_end(self) -> int:
        return self.closing[0] if self.closing else self.next_tag

    @property
    def end(self) -> int:
        return self.closing[1] if self.closing else self.next_tag


class _Call(Struct):
    element: _Element
    parameters: list[_Element] = field(default_factory=list)

    @property
    def inner_end(self) -> int:
        last = self.parameters[-1].end if self.parameters else self.element.inner
        return self.element.closing[0] if self.element.closing else max(last, self.element.inner)

    @property
    def end(self) -> int:
        return self.element.closing[1] if self.element.closing else self.inner_end

    @property
    def defects(self) -> Iterator[Defect]:
        if any(part.closing is None for part in (self.element, *self.parameters)):
            yield Defect.TRUNCATED
        if len({parameter.name for parameter in self.parameters}) < len(self.parameters):
            yield Defect.DUPLICATE_KEY


class XmlCalls(Struct, frozen=True, kw_only=True):
    """Finds calls as elements; the patterns describe tags and hold no groups.

    A parameter ends at its own closing tag, so that markup inside a value survives; where that is
    missing it ends at the next tag of the format. Values are typed by the tool's schema.
    """

    call: str
    end_call: str
    parameter: str
    end_parameter: str
    wrapper: str = r"(?!)"
    """Tags around calls, which are no part of the answer."""
    untyped: Untyped = Untyped.TEXT
    has_entities: bool = False
    """Whether values stand in attributes, where XML escapes them."""

    def __call__(self, text: str, schemas: Schemas) -> Extract:
        gathering = Gathering(text)
        for part in _calls_and_wrappers(self._elements(text)):
            if isinstance(part, _Call):
                gathering.cut(part.element.start, part.end)
                gathering.add(self._found(text, part, schemas))
            else:
                gathering.cut(part.start, part.inner)
                if _CUT_TAG.match(text, part.inner):
                    gathering.defects.append(Defect.TRUNCATED)
        return gathering.extract()

    def parameters(self, text: str, schema: JsonObject | None) -> JsonObject:
        """Read parameters that stand in `text` without a call around them."""
        elements = self._elements(text)
        whole = _Element("call", "", 0, 0, len(text), (len(text), len(text)))
        call = next(p for p in _calls_and_wrappers([whole, *elements]) if isinstance(p, _Call))
        return {part.name: self._value(text, part, schema) for part in call.parameters}

    def _elements(self, text: str) -> list[_Element]:
        """Pair opening with closing tags, in one pass over the tags."""
        elements: list[_Element] = []
        waiting: list[_Element] = []
        waiting_kinds: Counter[str] = Counter()
        for tag in self._tags().finditer(text):
            if elements and elements[-1].next_tag > tag.start():
                elements[-1].next_tag = tag.start()
            kind = str(tag.lastgroup)
            if kind.startswith("end_"):
                _pair(waiting, waiting_kinds, kind.removeprefix("end_"), tag)
                continue
            element = _Element(kind, tag[0], tag.start(), tag.end(), len(text))  # type: ignore[arg-type]  # the groups are named for the kinds
            elements.append(element)
            if tag[0].endswith("/>"):
                element.closing = (tag.end(), tag.end())
            elif kind != "wrapper":
                waiting.append(element)
                waiting_kinds[kind] += 1
        return elements

    def _tags(self) -> re.Pattern[str]:
        return re.compile(
            f"(?P<end_parameter>{self.end_parameter})|(?P<end_call>{self.end_call})"
            f"|(?P<parameter>{self.parameter})|(?P<call>{self.call})|(?P<wrapper>{self.wrapper})"
        )

    def _found(self, text: str, call: _Call, schemas: Schemas) -> Found:
        schema = schemas.get(call.element.name)
        arguments: JsonObject = {
            parameter.name: self._value(text, parameter, schema) for parameter in call.parameters
        }
        unwrapped = _unwrap(arguments, schema)
        return Found(
            name=call.element.name,
            raw=text[call.element.inner : call.inner_end].strip("\n"),
            arguments=arguments if unwrapped is None else unwrapped,
            defects=(
                *call.defects,
                *((Defect.WRAPPED,) if unwrapped is not None else ()),
            ),
        )

    def _value(self, text: str, parameter: _Element, schema: JsonObject | None) -> JsonValue:
        attributes = parameter.attributes
        value = _without_frame(text[parameter.inner : parameter.inner_end])
        if self.has_entities:
            value = html.unescape(attributes.get("value", value))
        declared = parameter_schema(schema, parameter.name)
        if declared is None and "type" in attributes:
            declared = {"type": attributes["type"]}
        is_json = attributes.get("string") == "false"
        return coerce(value, declared, schema or {}, Untyped.JSON if is_json else self.untyped)


def _pair(waiting: list[_Element], kinds: Counter[str], kind: str, closing: re.Match[str]) -> None:
    """Give the closing tag to the last open element of its kind; those within stay unclosed."""
    while kinds[kind]:
        element = waiting.pop()
        kinds[element.kind] -= 1
        if element.kind == kind:
            element.closing = closing.span()
            return


def _calls_and_wrappers(elements: list[_Element]) -> list[_Call | _Element]:
    """Put parameters into their calls; leave out what stands inside a parameter's value."""
    parts: list[_Call | _Element] = []
    call: _Call | None = None
    inside_until = 0
    for element in elements:
        if element.start < inside_until:
            continue
        if element.kind == "call":
            call = _Call(element)
            parts.append(call)
        elif element.kind == "wrapper":
            parts.append(element)
        elif call is not None:
            call.parameters.append(element)
            inside_until = element.end
    return parts


def _without_frame(value: str) -> str:
    """Drop the line break that templates put on both sides of a value, and a CDATA section."""
    if value.startswith("\n"):
        value = value.removeprefix("\n").removesuffix("\n")
    cdata = _CDATA.fullmatch(value) if "<![CDATA[" in value else None
    return cdata[1] if cdata else value


def _unwrap(arguments: JsonObject, schema: JsonObject | None) -> JsonObject | None:
    """Open a parameter called `arguments` or the like that holds all arguments at once."""
    if len(arguments) != 1 or not schema or not isinstance(schema.get("properties"), dict):
        return None
    [(name, value)] = arguments.items()
    if name not in _WRAPPERS or parameter_schema(schema, name) is not None:
        return None
    inner = coerce(value, {"type": "object"}, {}, Untyped.TEXT) if isinstance(value, str) else value
    return inner if isinstance(inner, dict) else None


QWEN3_CODER = XmlCalls(
    call=r"<function=(?:[^<>\n]*+)>(?!\s*+\{)",
    end_call=r"</function>",
    parameter=r"<parameter=(?:[^<>\n]*+)>",
    end_parameter=r"</parameter>",
    wrapper=r"</?(?:seed:)?tool_call>",
)


def invoke_calls(
    prefix: str = "", *, wrapper: str = r"(?!)", untyped: Untyped = Untyped.TEXT
) -> XmlCalls:
    """Describe `<invoke name="..."><parameter name="...">`, each name behind `prefix`."""
    return XmlCalls(
        call=rf"<{prefix}invoke\s[^<>]*+>",
        end_call=rf"</{prefix}invoke>",
        parameter=rf"<{prefix}parameter\s[^<>]*+>",
        end_parameter=rf"</{prefix}parameter>",
        wrapper=wrapper,
        untyped=untyped,
    )


CLASSIC = invoke_calls(r"(?:antml:)?", wrapper=r"</?(?:antml:)?function_calls>")
MINIMAX_M2 = invoke_calls(wrapper=r"</?minimax:tool_call>")
DOTS = invoke_calls(wrapper=r"</?dots_function_call>(?!\s*+\{)")
STEP3 = invoke_calls(
    "steptml:",
    wrapper=rf"<{_BAR}tool_calls?_(?:begin|end){_BAR}>(?:function<{_BAR}tool_sep{_BAR}>)?",
)
DEEPSEEK_DSML = invoke_calls(
    rf"{_BAR}DSML{_BAR} ?",
    wrapper=rf"</?{_BAR}DSML{_BAR} ?(?:function_calls|tool_?calls?|calls|tool)>",
)
MINICPM5 = XmlCalls(
    call=r"<function[\sĠ]*+name=[^<>]*+>",
    end_call=r"</function>",
    parameter=r"<param[\sĠ]*+name=[^<>]*+>",
    end_parameter=r"</param>",
)
BFCL_CONCISE = XmlCalls(
    call=r"<function\s[^<>]*+>",
    end_call=r"</function>",
    parameter=r"<param\s[^<>]*+>",
    end_parameter=r"</param>",
    wrapper=r"</?(?:functions|TOOLCALL)>",
)
BFCL_VERBOSE = XmlCalls(
    call=r"<function\s[^<>]*+>",
    end_call=r"</function>",
    parameter=r"""<param(?:\s++\w++="[^"]*+")++\s*+/>""",
    end_parameter=r"</param>",
    wrapper=r"</?(?:functions|TOOLCALL|params)>",
    has_entities=True,
)
KIMI_K3 = XmlCalls(
    call=r"<\|open\|>\s*+call\s(?:[^<]++|<(?!\|))*+<\|sep\|>",
    end_call=r"<\|close\|>\s*+call\s*+<\|sep\|>",
    parameter=r"<\|open\|>\s*+argument\s(?:[^<]++|<(?!\|))*+<\|sep\|>",
    end_parameter=r"<\|close\|>\s*+argument\s*+<\|sep\|>",
    wrapper=r"<\|(?:open|close)\|>\s*+(?:tools|response|message)\s*+<\|sep\|>",
)
