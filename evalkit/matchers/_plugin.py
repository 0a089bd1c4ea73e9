"""Matchers of installed packages."""

from __future__ import annotations

from collections.abc import Iterable

from evalkit import plugins
from evalkit.errors import PluginFailed, UnknownName
from evalkit.matchers._values import BadPattern, Context, Matcher, Reason
from evalkit.transcript import JsonValue

_GROUP = "matchers"


def find_matcher(name: str) -> Matcher | None:
    """The matcher that a package installed under this name, without its `$`, if any did."""
    own: dict[str, Matcher] = {}
    try:
        matcher = plugins.find(_GROUP, name.removeprefix("$"), own)
    except UnknownName:
        return None
    except PluginFailed as error:
        raise BadPattern(error.what, hint=error.hint) from error
    return _guarded(name, matcher)


def matcher_names(own: Iterable[str]) -> frozenset[str]:
    """Every matcher that can be written, `$` included."""
    installed = plugins.names(_GROUP, {})
    return frozenset(own) | {f"${name}" for name in installed}


def _guarded(name: str, matcher: Matcher) -> Matcher:
    """Tell the trouble of a foreign matcher from a mistake in its operand."""

    def compile_(operand: JsonValue) -> Reason:
        try:
            reason = matcher(operand)
        except Exception as error:  # one plugin call: its operand may be wrong, or the plugin
            raise BadPattern(f"{name}: {error}") from error
        return _guarded_reason(name, reason)

    return compile_


def _guarded_reason(name: str, reason: Reason) -> Reason:
    def guarded(actual: JsonValue, context: Context) -> str | None:
        try:
            return reason(actual, context)
        except Exception as error:  # one plugin call: whatever it raises is the plugin's trouble
            raise PluginFailed(
                f"the matcher {name} raised {type(error).__name__}: {error}"
            ) from error

    return guarded
