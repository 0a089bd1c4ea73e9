"""OpenAI's own encodings, where tiktoken and its ranks are on this machine."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha1
from pathlib import Path
from typing import TypeAlias

CountTokens: TypeAlias = Callable[[str], int]

_RANKS = "https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
"""Where tiktoken would fetch ranks from; the hash of it is the name of the file in its cache."""


def load_encoding(name: str, cache: Path) -> CountTokens | None:
    """Return the counter of an encoding, or None where tiktoken or its ranks are not there.

    `cache` is the folder that `TIKTOKEN_CACHE_DIR` names. tiktoken would fetch what it misses, so
    it is asked only for what lies there; it checks the ranks by their hash.
    """
    url = _RANKS.format(name=name)
    if not (cache / sha1(url.encode(), usedforsecurity=False).hexdigest()).is_file():
        return None
    try:
        import tiktoken
    except ImportError:
        return None
    encoding = tiktoken.get_encoding(name)
    return lambda text: len(encoding.encode_ordinary(text))
