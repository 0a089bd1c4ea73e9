"""How keys and personal data look in text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

REDACTED = "[redacted]"

Replacement: TypeAlias = str | Callable[[re.Match[str]], str]


class Personal(StrEnum):
    """Personal data that is redacted only when a user asks for it."""

    CARD = "card"
    """Numbers of payment cards, told by their check digit."""
    EMAIL = "email"


class Rule(Struct, frozen=True):
    name: str
    hints: tuple[str, ...]
    """The pattern cannot match without one of them; looking for them is much cheaper."""
    pattern: str
    """Compiled when a hint is first met: most processes never meet one."""
    replacement: Replacement = REDACTED

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        for match in re.finditer(self.pattern, text):
            if self.replaced(match) != match[0]:
                yield match.span()

    def replaced(self, match: re.Match[str]) -> str:
        """What stands in place of a match; the match itself where it is none after all."""
        replacement = self.replacement
        return match.expand(replacement) if isinstance(replacement, str) else replacement(match)

    def applied(self, text: str) -> str:
        if not any(hint in text for hint in self.hints):
            return text
        return re.sub(self.pattern, self.replacement, text)


# Text is redacted as it stands on the wire, JSON inside JSON included, so a word may begin right
# after an escape (`\n`, `\u00e9`) or a percent code, whose last letter is no part of the word.
_START = r"(?:(?<![0-9A-Za-z])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2}))"
_OUTSIDE_ESCAPE = "".join(rf"(?<!\\{part})" for part in ("", "u", "u.", "u..", "u..."))
_RANDOM = r"(?=[a-z_-]{0,60}[0-9A-Z])"
"""Keys hold digits or capitals; `sk-learn-and-other-words` does not."""


def _prefixed(name: str, pattern: str, *hints: str) -> Rule:
    return Rule(name, hints, _START + pattern)


KEY_RULES = (
    _prefixed("Anthropic key", rf"sk-ant-{_RANDOM}[A-Za-z0-9_-]{{16,}}", "sk-ant-"),
    _prefixed("OpenAI-style key", rf"c?sk-{_RANDOM}[A-Za-z0-9_-]{{16,}}", "sk-"),
    _prefixed("Google key", r"AIza[A-Za-z0-9_-]{30,}", "AIza"),
    _prefixed("Groq key", r"gsk_[A-Za-z0-9]{20,}", "gsk_"),
    _prefixed("xAI key", r"xai-[A-Za-z0-9]{20,}", "xai-"),
    _prefixed("Hugging Face token", r"hf_[A-Za-z0-9]{20,}", "hf_"),
    _prefixed("Perplexity key", r"pplx-[A-Za-z0-9]{20,}", "pplx-"),
    _prefixed("AWS key", r"(?:AKIA|ASIA)[0-9A-Z]{16}", "AKIA", "ASIA"),
    _prefixed("Bedrock key", r"ABSK[A-Za-z0-9+/=]{40,}", "ABSK"),
    _prefixed(
        "GitHub token", r"(?:gh[opsu]|ghr)_[A-Za-z0-9]{20,}", "gho_", "ghp_", "ghr_", "ghs_", "ghu_"
    ),
    _prefixed("GitHub token", r"github_pat_[A-Za-z0-9_]{20,}", "github_pat_"),
    _prefixed("GitLab token", r"glpat-[A-Za-z0-9_-]{20,}", "glpat-"),
    _prefixed("Stripe key", r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}", "k_live_", "k_test_"),
    _prefixed("Stripe secret", r"whsec_[A-Za-z0-9+/=]{20,}", "whsec_"),
    _prefixed("Slack token", r"xox[abeoprs]-[A-Za-z0-9-]{10,}", "xox"),
    _prefixed(
        "JSON web token",
        r"eyJ[A-Za-z0-9_-]{10,300}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,}",
        "eyJ",
    ),
    Rule(
        "bearer token",
        ("earer", "EARER"),
        r"((?i:bearer)(?:\s|%20|\+)+)(?=[a-z._~+/=-]{0,60}[0-9A-Z])[A-Za-z0-9._~+/=-]{16,}",
        rf"\1{REDACTED}",
    ),
    Rule(
        "API key",  # of providers whose keys have no prefix, told by the name before it
        ("api_key", "api-key", "apikey", "apiKey", "API_KEY", "Api-Key", "API-Key"),
        (
            r"((?i:api[-_]?key)[\"'\\]*\s*[:=]\s*(?:-\s+)?[\"'\\]*)"
            r"(?=[A-Za-z_-]{0,60}[0-9])[A-Za-z0-9_-]{24,}"
        ),
        rf"\1{REDACTED}",
    ),
    Rule(
        "private key",
        ("PRIVATE KEY-----",),
        (
            r"-----BEGIN[A-Z ]*PRIVATE KEY-----(?:[A-Za-z0-9+/=\s]|\\+[nr])*"
            r"(?:-----END[A-Z ]*PRIVATE KEY-----)?"
        ),
    ),
)


def _ones(match: re.Match[str]) -> str:
    """Keep the shape, so that a schema still accepts it and a JSON number stays one."""
    digits = [int(digit) for digit in match[0] if digit.isdigit()]
    return re.sub(r"\d", "1", match[0]) if _has_check_digit(digits) else match[0]


def _has_check_digit(digits: Sequence[int]) -> bool:
    """Tell by Luhn's formula whether these may be the digits of a payment card."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


PERSONAL_RULES = {
    Personal.CARD: Rule(
        "card number",
        tuple("23456789"),
        (
            r"(?:(?<![0-9A-Za-z.])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4}))"
            r"[0-9](?:[ -]?[0-9]){12,18}(?![0-9])"
        ),
        _ones,
    ),
    Personal.EMAIL: Rule(
        "e-mail address",
        ("@",),
        (
            rf"{_OUTSIDE_ESCAPE}[A-Za-z0-9._%+-]{{1,64}}@"
            r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
        ),
    ),
}
