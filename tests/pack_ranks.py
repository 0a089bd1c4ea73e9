"""Packs the ranks of an encoding into the package: `python tests/pack_ranks.py NAME.tiktoken ...`.

The files are what tiktoken itself reads, a token in base64 and its rank in each line. tiktoken
leaves them in `TIKTOKEN_CACHE_DIR` when it has fetched them; the npm package js-tiktoken and the
caches in the wheel of litellm hold the same ranks. tests/unit/cost/test_encoding.py says whether
what was packed is what tiktoken pins.
"""

from __future__ import annotations

import base64
import lzma
import sys
from pathlib import Path

from evalkit import cost

RANKS = Path(cost.__file__).parent / "ranks"


def main(names: list[str]) -> None:
    for path in map(Path, names):
        lines = path.read_bytes().splitlines()
        ranks = {int(rank): base64.b64decode(token) for token, rank in map(bytes.split, lines)}
        tokens = [ranks[rank] for rank in range(len(ranks))]
        plain = bytes(map(len, tokens)) + b"\0" + b"".join(tokens)
        packed = lzma.compress(plain, preset=9 | lzma.PRESET_EXTREME)
        (RANKS / f"{path.stem}.xz").write_bytes(packed)


if __name__ == "__main__":
    main(sys.argv[1:])
