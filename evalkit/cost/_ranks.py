"""The ranks of OpenAI's encodings: which pairs of bytes make a token, the most frequent first.

They are data of tiktoken (https://github.com/openai/tiktoken, MIT, Copyright (c) 2022 OpenAI,
Shantanu Jain), which would fetch them when it is first used. Here they lie in the package, byte
for byte the same once unpacked: a test holds them against the hashes that tiktoken pins.
"""

from __future__ import annotations

from importlib.resources import files
from itertools import accumulate


def read_ranks(name: str) -> dict[bytes, int]:
    """Unpack the ranks of an encoding, by token.

    A file holds, compressed by xz, the lengths of all tokens in the order of their ranks, a zero,
    and the tokens in a row.
    """
    import lzma

    packed = files("evalkit.cost").joinpath("ranks", f"{name}.xz").read_bytes()
    lengths, _, tokens = lzma.decompress(packed).partition(b"\0")
    ends = accumulate(lengths)
    spans = enumerate(zip(lengths, ends, strict=True))
    return {tokens[end - length : end]: rank for rank, (length, end) in spans}
