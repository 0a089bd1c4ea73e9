"""Which answers are kept, and which are no answer of a model."""

from __future__ import annotations

import re

from evalkit.cassettes._recording import Answered

_TROUBLE = frozenset({401, 402, 403, 404, 408, 409, 425, 429})
"""About the account, the address or the hour; a 400 is kept: it may hold what a model wrote."""

_STREAM_FAILED = re.compile(
    rb'^event: *(?:error|response\.failed)\r?$|^data: *\{ *"error" *: *[{"]', re.MULTILINE
)
_STREAM_ENDED = re.compile(
    rb'\[DONE\]|message_stop|response\.(?:completed|incomplete)|"finish_?reason" *: *"',
    re.IGNORECASE,
)
_LAST_WORDS = re.compile(
    rb"(?:data: *\[DONE\]"
    rb"|^event: *(?:message_stop|response\.(?:completed|incomplete))\r?\ndata: .*)\s*\Z",
    re.MULTILINE,
)


def is_kept(answered: Answered) -> bool:
    """Whether this is what a model answered, whole, so that it may be replayed."""
    if answered.status in _TROUBLE or answered.status >= 500:  # noqa: PLR2004  # HTTP's own line
        return False
    return not is_stream(answered) or _is_whole(answered.body)


def is_stream(answered: Answered) -> bool:
    return "text/event-stream" in "".join(answered.headers.get("content-type", ()))


def has_ended(body: bytes) -> bool:
    """Whether nothing more can follow in a stream, though its connection is still open.

    SDKs stop reading there: to them it is the end.
    """
    return bool(_LAST_WORDS.search(body))


def _is_whole(body: bytes) -> bool:
    return bool(_STREAM_ENDED.search(body)) and not _STREAM_FAILED.search(body)
