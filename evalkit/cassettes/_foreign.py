"""Any YAML that is a cassette: vcrpy's, pytest-recording's, or one of ours that was edited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import yaml
from msgspec import ValidationError, convert

from evalkit.cassettes._encoding import decoded
from evalkit.cassettes._recording import Answered, Asked, Facts, Headers, Malformed, Recording
from evalkit.collector import without_collector
from evalkit.errors import InvalidCassette
from evalkit.transcript import JsonObject, JsonValue

_Loader: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_DEEPEST = 100
"""The parser recurses in C: a deeper file would end the process, not the reading."""


def read_yaml(text: str, where: str) -> tuple[Recording, ...]:
    """Read a cassette with a YAML parser.

    Raises:
        InvalidCassette: it is not YAML, or no cassette of vcrpy's version 1.
    """
    document = _parsed(text, where)
    try:
        return _recordings(_mapping(document, "the file"))
    except Malformed as error:
        raise InvalidCassette(
            f"this is no cassette: {error}", where=where, hint="delete it and record again"
        ) from error


def facts_from(raw: Mapping[str, JsonValue]) -> Facts:
    """Read our facts; unknown ones are of a later version and ignored.

    Raises:
        Malformed: a fact has the wrong type.
    """
    try:
        facts = convert(raw, Facts)
    except ValidationError as error:
        what, _, at = str(error).replace(" | null", "").rpartition(" - at `$")
        raise Malformed(f"evalkit{at[:-1]}: {what.replace('`', '').lower()}") from error
    if facts.recorded_at is not None:
        _check_time(facts.recorded_at)
    return facts


def _parsed(text: str, where: str) -> object:
    try:
        _refuse_depth(text)
        with without_collector():
            return yaml.load(text, Loader=_Loader)  # noqa: S506  # one of the safe loaders
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where
        raise InvalidCassette(f"not readable as YAML: {error.problem}", where=place) from error
    except (yaml.YAMLError, ValueError, Malformed) as error:
        raise InvalidCassette(f"not readable as YAML: {error}", where=where) from error


def _refuse_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise Malformed(f"nested more than {_DEEPEST} levels deep")


def _recordings(document: JsonObject) -> tuple[Recording, ...]:
    if document.get("version") != 1:
        raise Malformed(f"version is {_named(document.get('version'))}, not 1")
    return tuple(
        _recording(_mapping(each, f"interactions[{at}]"), f"interactions[{at}]")
        for at, each in enumerate(_list(document.get("interactions"), "interactions"))
    )


def _recording(raw: JsonObject, at: str) -> Recording:
    request = _mapping(raw.get("request"), f"{at}.request")
    response = _mapping(raw.get("response"), f"{at}.response")
    return Recording(
        asked=Asked(
            method=_text(request.get("method"), f"{at}.request.method"),
            url=_text(request.get("uri"), f"{at}.request.uri"),
            headers=_headers(request.get("headers"), f"{at}.request.headers"),
            body=_body(request.get("body"), f"{at}.request.body"),
        ),
        answered=decoded(_answered(response, at)),
        facts=facts_from(_mapping(raw.get("evalkit", {}), f"{at}.evalkit")),
    )


def _answered(response: JsonObject, at: str) -> Answered:
    status = _mapping(response.get("status"), f"{at}.response.status")
    code = status.get("code")
    if not isinstance(code, int):
        raise Malformed(f"{at}.response.status.code is {_named(code)}")
    return Answered(
        status=code,
        reason=_text(status.get("message") or "", f"{at}.response.status.message"),
        headers=_headers(response.get("headers"), f"{at}.response.headers"),
        body=_body(response.get("body"), f"{at}.response.body"),
    )


def _headers(raw: object, at: str) -> Headers:
    return {
        name.lower(): tuple(
            _text(value, f"{at}.{name}")
            for value in (values if isinstance(values, list) else [values])
        )
        for name, values in _mapping(raw or {}, at).items()
    }


def _body(raw: object, at: str) -> bytes:
    match raw:
        case None:
            return b""
        case bytes():
            return raw
        case str():
            return raw.encode("utf-8", "surrogatepass")
        case {"string": inner}:
            return _body(inner, f"{at}.string")
        case _:
            raise Malformed(f"{at} is {_named(raw)}, not text")


def _mapping(raw: object, at: str) -> JsonObject:
    if isinstance(raw, dict) and all(isinstance(name, str) for name in raw):
        return raw
    raise Malformed(f"{at} is {_named(raw)}, not a mapping of names")


def _list(raw: object, at: str) -> list[JsonValue]:
    if isinstance(raw, list):
        return raw
    raise Malformed(f"{at} is {_named(raw)}, not a list")


def _text(raw: object, at: str) -> str:
    if isinstance(raw, str | int | float):
        return str(raw)
    raise Malformed(f"{at} is {_named(raw)}, not text")


def _check_time(text: str) -> None:
    try:
        is_exact = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        is_exact = False
    if not is_exact:
        raise Malformed(f"evalkit.recorded_at is {text!r}, not a time with its zone")


def _named(raw: object) -> str:
    """Show a value without its content: aliases can make that endless."""
    match raw:
        case None:
            return "missing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return repr(raw)[:60]
