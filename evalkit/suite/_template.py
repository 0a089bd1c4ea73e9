"""Jinja templates in strings: a sandbox in which nothing loops, calls or grows without bound."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, wraps
from itertools import islice
from typing import TYPE_CHECKING

from evalkit.errors import nearest
from evalkit.suite._check import Steps
from evalkit.suite._mistakes import Mistakes
from evalkit.transcript import JsonValue

if TYPE_CHECKING:
    from jinja2 import Environment, Template, nodes

MAX_OUTPUT = 100_000
"""Characters of a text that a template makes, or that it uses on the way."""
MAX_NODES = 500
MAX_BITS = 1024

FILTERS = (
    "abs", "capitalize", "default", "first", "float", "int", "last", "length", "lower", "max",
    "min", "round", "string", "title", "tojson", "trim", "upper",
)  # fmt: skip
TESTS = ("defined", "divisibleby", "even", "in", "none", "number", "odd", "string", "undefined")
_TEXTS = frozenset({"description", "prompt", "skip", "user"})
"""Keys whose value is text even where a template gives a number."""

_NODES = frozenset(
    {
        "Template", "Output", "TemplateData", "If", "Name", "Const", "Getattr", "Getitem", "Filter",
        "Test", "Compare", "Operand", "CondExpr", "And", "Or", "Not", "Concat", "Add", "Sub", "Mul",
        "Div", "FloorDiv", "Mod", "Neg", "Pos", "List", "Tuple", "Dict", "Pair", "Keyword",
    }
)  # fmt: skip
_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}


class BadTemplate(ValueError):
    """A template cannot be used; the message says why."""

    def __init__(self, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def has_template(text: str) -> bool:
    """Whether a text holds a template, or a template a text."""
    return "{{" in text or "{%" in text


def render_all(
    value: JsonValue, variables: Mapping[str, JsonValue], path: Steps, mistakes: Mistakes
) -> JsonValue:
    """Replace each template in the strings of `value`; bad ones become mistakes."""
    match value:
        case str() if has_template(value):
            try:
                rendered = render(value, variables)
            except BadTemplate as error:
                mistakes.at(path, error.what, error.hint)
                return value
            is_text = path[-1] in _TEXTS and isinstance(rendered, int | float)
            return str(rendered) if is_text else rendered
        case list():
            return [
                render_all(each, variables, (*path, index), mistakes)
                for index, each in enumerate(value)
            ]
        case dict():
            return {
                key: render_all(each, variables, (*path, key), mistakes)
                for key, each in value.items()
            }
        case _:
            return value


def render(text: str, variables: Mapping[str, JsonValue]) -> JsonValue:
    """Render one template; one that is a single expression keeps the type of its value.

    Raises:
        BadTemplate: its syntax is wrong, or it does what templates of suites may not do.
    """
    import jinja2  # loaded with the first template, not with the package

    try:
        value: object = _compiled(text).render(variables)
        if isinstance(value, jinja2.Undefined):
            str(value)
    except BadTemplate:
        raise
    except jinja2.UndefinedError as error:
        raise _undefined(str(error), variables) from error
    except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise BadTemplate(f"the template fails: {error}") from error
    return _json(value)


def _undefined(message: str, variables: Mapping[str, JsonValue]) -> BadTemplate:
    _, quote, rest = message.partition("'")
    name, _, end = rest.partition("'")
    if not quote or end != " is undefined":
        return BadTemplate(f"the template fails: {message}")
    hint = nearest(name, variables) if variables else "variables come from the case's `matrix`"
    return BadTemplate(f"the template names {name!r}, which is no variable", hint)


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Template:
    import jinja2

    if len(text) > MAX_OUTPUT:
        raise BadTemplate(f"a template has at most {MAX_OUTPUT:,} characters")
    environment = _environment()
    try:
        tree = environment.parse(text)
        _refuse_nodes(tree)
        return environment.from_string(tree)
    except jinja2.TemplateAssertionError as error:
        raise BadTemplate(str(error), f"filters are: {', '.join(FILTERS)}") from error
    except jinja2.TemplateSyntaxError as error:
        hint = "put text that holds {{ or {% between {% raw %} and {% endraw %}"
        raise BadTemplate(f"the template cannot be read: {error.message}", hint) from error
    except RecursionError as error:
        raise BadTemplate("the template is nested too deeply") from error


def _refuse_nodes(tree: nodes.Node) -> None:
    """Let pass only what reads variables and computes a bounded value from them."""
    pending = [tree]
    count = 0
    while pending:
        node = pending.pop()
        count += 1
        refused = _refusal(node)
        if refused:
            raise BadTemplate(*refused)
        pending += node.iter_child_nodes()
    if count > MAX_NODES:
        raise BadTemplate(f"the template has more than {MAX_NODES} parts")


def _refusal(node: nodes.Node) -> tuple[str, str] | None:
    filters = f"filters are: {', '.join(FILTERS)}"
    match type(node).__name__, dict(node.iter_fields()):
        case "Filter", {"name": name, "args": args, "kwargs": kwargs} if args or kwargs:
            return None if name == "default" else (f"the filter {name} takes no arguments", filters)
        case "Getattr", {"attr": str() as name} if name.startswith("_"):
            return f"a template may not read {name!r}", "name a variable of the `matrix`"
        case "For", _:
            return "templates of a suite do not loop", "list the values under `matrix`"
        case "Call", _:
            return "templates of a suite do not call", filters
        case kind, _ if kind not in _NODES:
            return f"{kind} may not stand in a template of a suite", "use {{ name }} and {% if %}"
    return None


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.nativetypes import NativeCodeGenerator
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        code_generator_class = NativeCodeGenerator
        concat = staticmethod(_join)  # type: ignore[assignment]  # one value keeps its type
        intercepted_binops = frozenset(_ARITHMETIC)

        def call_binop(self, _: object, operator: str, left: object, right: object) -> object:
            return _compute(operator, left, right)

    environment = Sandbox(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, cache_size=0
    )
    environment.globals.clear()
    environment.filters = {name: _bounded(environment.filters[name]) for name in FILTERS}
    environment.filters["tojson"] = _bounded(json.dumps)
    environment.tests = {name: environment.tests[name] for name in TESTS}
    return environment


def _compute(operator: str, left: object, right: object) -> int | float:
    """Compute with numbers only: text times a number would grow without bound."""
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise BadTemplate(f"{operator} computes with numbers", "join texts by ~")
    number: int | float = _ARITHMETIC[operator](left, right)
    if isinstance(number, int) and number.bit_length() > MAX_BITS:
        raise BadTemplate("the template computes a number that is too large")
    return number


def _bounded(function: Callable[..., object]) -> Callable[..., object]:
    @wraps(function)
    def bounded(*args: object, **options: object) -> object:
        value = function(*args, **options)
        if isinstance(value, str):
            _refuse_length(value)
        return value

    return bounded


def _refuse_length(text: str) -> None:
    if len(text) > MAX_OUTPUT:
        raise BadTemplate(f"the template makes more than {MAX_OUTPUT:,} characters")


def _join(parts: Iterable[object]) -> object:
    """Keep the only value as it is; join several to text."""
    values = list(islice(parts, MAX_NODES))
    if len(values) == 1:
        return values[0]
    text = "".join(map(str, values))
    _refuse_length(text)
    return text


def _json(value: object) -> JsonValue:
    match value:
        case None | bool() | int():
            return value
        case float() if math.isfinite(value):
            return value
        case str():
            _refuse_length(value)
            return str(value)
        case list() | tuple():
            return [_json(each) for each in value]
        case dict():
            return {str(key): _json(each) for key, each in value.items()}
        case _:
            kind = type(value).__name__
            raise BadTemplate(f"the template gives a {kind}, which is no value of JSON")
