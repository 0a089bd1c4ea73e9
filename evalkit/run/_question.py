"""What decides what a conversation asks, digested, so that a resumed run tells what changed."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from evalkit.providers import Provider
from evalkit.suite import Case


class Questions:
    """Digests what cases and providers say beside the messages; cases share most of it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, str]] = {}

    def asked(self, case: Case, provider: Provider) -> Mapping[str, str]:
        """Return a digest of each part, by the words in which a change of it is told."""
        return {
            "provider": self._shared(provider),
            "settings": self._shared(case.settings),
            "tools": self._shared(case.tools),
            "simulated tools": self._shared(case.simulate),
            "scripted user": _digest([turn.text for turn in case.turns]) if case.turns else _SILENT,
        }

    def _shared(self, part: object) -> str:
        """Digest each object once; it is kept, so that no other one gets its place in memory."""
        if id(part) not in self._known:
            told = _told(part) if isinstance(part, Provider) else part
            self._known[id(part)] = part, _digest(told)
        return self._known[id(part)][1]


def _told(provider: Provider) -> object:
    """What of a provider may change an answer; its model stands in the transcript."""
    return (
        provider.api,
        provider.base_url,
        provider.simulate is not None,
        provider.tool_format,
        provider.extra_body,
        provider.options,
    )


def _digest(part: object) -> str:
    return sha256(repr(part).encode("utf-8", "backslashreplace")).hexdigest()[:8]


_SILENT = _digest([])
