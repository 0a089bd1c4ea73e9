"""Keys and personal data are taken out of text before it is written or compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import re2
from msgspec import Struct

from evalkit.cassettes._rules import KEY_RULES, PERSONAL_RULES, REDACTED, Personal

SHORTEST_SECRET = 8
"""A shorter value of a named secret would match ordinary words."""

SECRET_QUERY = frozenset(
    {"access_token", "api-key", "api_key", "apikey", "key", "sig", "signature", "token"}
)
"""Names of query parameters whose value is a secret whatever it looks like."""

_HEX = re.compile(r"\\u([0-9a-f]{4})")
_NEEDLESS_ESCAPE = re.compile(r"(?<!\\)\\+(?:u00([2-7][0-9A-Fa-f])|/)")


class Finding(Struct, frozen=True, kw_only=True):
    """A secret that stands in a text."""

    rule: str
    line: int
    column: int
    excerpt: str
    """How it begins; never enough of it to use it."""


class Redaction:
    """What may not be written: keys by their shape, named secrets by their value.

    Redacting twice is redacting once, and JSON stays JSON.
    """

    def __init__(self, secrets: Sequence[str] = (), personal: Sequence[Personal] = ()) -> None:
        self.personal = tuple(sorted(set(personal)))
        self._rules = (*KEY_RULES, *(PERSONAL_RULES[kind] for kind in self.personal))
        self._secrets = _spellings(secrets)
        hints = {hint for rule in self._rules for hint in rule.hints}
        self._suspicious = _any_of({*hints, *self._secrets, "\\u00", "\\/"})

    def text(self, text: str) -> str:
        return _decoded(self.body(_encoded(text)))

    def body(self, body: bytes) -> bytes:
        """Redact a body; a secret written in JSON escapes costs it all needless escapes."""
        if not self._suspicious.search(body):
            return body
        text = _decoded(body)
        plain = _without_needless_escapes(text)
        clean = self._clean(plain)
        return body if clean == plain else _encoded(clean)

    def url(self, url: str) -> str:
        """Redact a URL: its user and password go, secret query values are replaced."""
        parts = urlsplit(url)
        query = [
            (name, REDACTED if name.lower() in SECRET_QUERY else self.text(value))
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
        ]
        spelled = urlencode(query, safe="[]/:,") if parts.query else ""
        host = parts.netloc.rpartition("@")[2]
        return self.text(parts._replace(netloc=host, query=spelled, fragment="").geturl())

    def findings(self, text: str) -> tuple[Finding, ...]:
        """Every secret in a text, in its order; of overlapping ones the first."""
        plain = _without_needless_escapes(text)
        spans = sorted((start, -end, name) for name, start, end in self._spans(plain))
        found: list[Finding] = []
        passed = 0
        for start, minus_end, name in spans:
            if start >= passed:
                passed = -minus_end
                found.append(_finding(name, plain, start, passed))
        return tuple(found)

    def _clean(self, text: str) -> str:
        """Redact until nothing is left: of two keys without a gap, the second shows only then."""
        while (clean := self._cleaned_once(text)) != text:
            text = clean
        return text

    def _cleaned_once(self, text: str) -> str:
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, REDACTED)
        for rule in self._rules:
            text = rule.applied(text)
        return text

    def _spans(self, text: str) -> Iterator[tuple[str, int, int]]:
        for secret in self._secrets:
            for match in re.finditer(re.escape(secret), text):
                yield "configured secret", *match.span()
        for rule in self._rules:
            for start, end in rule.spans(text):
                yield rule.name, start, end


def _spellings(secrets: Sequence[str]) -> tuple[str, ...]:
    """How each secret may stand on the wire: plain, in JSON, in JSON within JSON, in a URL."""
    spelled: set[str] = set()
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET and secret not in REDACTED:
            for as_ascii in (True, False):
                once = json.dumps(secret, ensure_ascii=as_ascii)[1:-1]
                spelled |= {once, json.dumps(once, ensure_ascii=as_ascii)[1:-1]}
            spelled |= {secret, quote(secret, safe="", errors="replace")}
    spelled |= {_HEX.sub(lambda match: f"\\u{match[1].upper()}", each) for each in spelled}
    return tuple(sorted(spelled, key=lambda secret: (-len(secret), secret)))


def _any_of(words: Iterable[str]) -> re2.Pattern[bytes]:
    """Look for any of many words in one pass; a tenth of the time of looking for each."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1  # bytes are bytes, be they UTF-8 or not
    return re2.compile(b"|".join(re2.escape(_encoded(word)) for word in sorted(words)), options)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def _without_needless_escapes(text: str) -> str:
    return _NEEDLESS_ESCAPE.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    if match[1] is None:
        return "/"
    character = chr(int(match[1], 16))
    return match[0] if character in '"\\\x7f' else character


def _finding(rule: str, text: str, start: int, end: int) -> Finding:
    shown = text[start : start + min(6, (end - start) // 3)]
    return Finding(
        rule=rule,
        line=text.count("\n", 0, start) + 1,
        column=start - text.rfind("\n", 0, start),
        excerpt=f"{shown}… ({end - start} characters)",
    )


KEYS = Redaction()
"""Keys of the common providers, and nothing else."""


def scan(text: str, redaction: Redaction = KEYS) -> tuple[Finding, ...]:
    """Find the secrets that stand in the text of any file."""
    return redaction.findings(text)
