"""Where the cassette of a case, or of a test, lies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

_LONGEST = 80
_DIGEST = re.compile(r"-[0-9a-f]{10}$")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?")
"""Names of devices under Windows, whatever their extension."""


def cassette_path(root: Path, *, suite: str, provider: str, model: str, case: str) -> Path:
    """Return `root/<suite>/<provider>--<model>/<case>.yaml`, below `root` whatever the names hold.

    A name that is no lower-case file name as it stands gets a digest, so that two cases never
    share a file, on no file system.
    """
    return _folder(root, suite, provider, model) / f"{_slug(case)}.yaml"


def cassette_path_of_test(root: Path, names: Sequence[str]) -> Path:
    """Return the path of a test's own cassette, `root/pytest/<folder>/<module>/<test>.yaml`."""
    *folders, test = map(_slug, names)
    return root.joinpath("pytest", *folders, f"{test}.yaml")


@lru_cache(maxsize=64)
def _folder(root: Path, suite: str, provider: str, model: str) -> Path:
    return root / _slug(suite) / f"{_slug(provider)}--{_slug(model)}"


@lru_cache(maxsize=1024)
def _slug(name: str) -> str:
    dashed = re.sub(r"[^a-z0-9._]+|\.(?=\.)", "-", name.lower())
    slug = re.sub(r"-+", "-", dashed)[:_LONGEST].strip("-.")
    is_reserved = _RESERVED.fullmatch(slug) is not None
    if slug == name and slug and not is_reserved and not _DIGEST.search(slug):
        return slug
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return "-".join(["x" if is_reserved or not slug else slug, digest])
