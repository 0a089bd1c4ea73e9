"""OpenAI's own encodings, where tiktoken is installed (`evalkit[tokens]`). Nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

from evalkit.cost._ranks import read_ranks

CountTokens: TypeAlias = Callable[[str], int]

_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_ENDING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_O200K = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_ENDING}",
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_ENDING}",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
)
_CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)",
    r"[^\r\n\p{L}\p{N}]?+\p{L}++",
    r"\p{N}{1,3}+",
    r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
    r"\s++$",
    r"\s*[\r\n]",
    r"\s+(?!\S)",
    r"\s",
)
_PIECES: Mapping[str, str] = {
    "o200k_base": "|".join(_O200K),
    "cl100k_base": "|".join(_CL100K),
}
"""How each encoding cuts a text before it merges bytes, as tiktoken 0.14 defines it.

tiktoken tells its own only together with the ranks, and would fetch those.
"""


@cache
def load_encoding(name: str) -> CountTokens | None:
    """Return the counter of an encoding, or None where tiktoken is not installed.

    The first time takes the better part of a second, mostly tiktoken's own work on 200,000 ranks.
    """
    try:
        import tiktoken
    except ImportError:
        return None
    encoding = tiktoken.Encoding(
        name, pat_str=_PIECES[name], mergeable_ranks=read_ranks(name), special_tokens={}
    )
    return lambda text: len(encoding.encode_ordinary(text))
