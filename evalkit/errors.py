"""The error tree: every error of ours says what happened, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import IntEnum

from msgspec import Struct

MOST_NAMES = 40


class ExitCode(IntEnum):
    """What the `evalkit` command returns to the shell."""

    PASSED = 0
    FAILED = 1
    """A case failed or a gate found a regression."""
    USAGE = 2
    """The command line, a suite or a setting is wrong; nothing was judged."""
    TROUBLE = 3
    """The harness or a provider had trouble; the model is not to blame."""
    INTERRUPTED = 130
    UNREAD = 141
    """Whoever read the output left before its end, as `head` does: what shells tell of SIGPIPE."""


class EvalkitError(Exception):
    """Whatever evalkit raises on purpose. Any other exception that escapes is a bug.

    `what` names the offending value, `where` the place (`file:line:column`, a case, a turn),
    `hint` the next step of whoever reads it.
    """

    exit_code = ExitCode.TROUBLE

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}" if self.where else self.what
        return f"{line}\n  hint: {self.hint}" if self.hint else line


class UsageError(EvalkitError):
    """The user asked for something that cannot be done; nothing ran."""

    exit_code = ExitCode.USAGE


class UnknownName(UsageError):
    """A name stands where only certain names may stand."""

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, where: str | None = None
    ) -> None:
        super().__init__(f"unknown {kind} {name!r}", where=where, hint=nearest(name, known))
        self.name = name


class Problem(Struct, frozen=True, kw_only=True):
    """One mistake in a file: its message, its place and the way out."""

    what: str
    where: str
    """`file:line:column`, counted from 1."""
    hint: str | None = None

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}"
        return f"{line}\n  hint: {self.hint}" if self.hint else line


class InvalidFile(UsageError):
    """A file of the user's is wrong; `problems` holds every mistake in it, in file order."""

    noun = "file"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class InvalidSuite(InvalidFile):
    """A suite, or a file that it names, cannot be used."""

    noun = "suite"


class InvalidConfig(InvalidFile):
    """`evalkit.yaml` cannot be used."""

    noun = "configuration"


class InvalidRunFile(InvalidFile):
    """A run file, or a file of outputs to grade, cannot be read."""

    noun = "run file"


class InvalidScript(InvalidFile):
    """A script of the simulator cannot be used."""

    noun = "simulator script"


class InvalidCassette(EvalkitError):
    """A cassette cannot be read: torn, edited into nonsense, or not a cassette."""


class CassetteWriteFailed(EvalkitError):
    """A recording could not be saved; what was recorded is kept in the journal it names."""


class CassetteMiss(EvalkitError):
    """Nothing was recorded for this request, and the mode forbids asking the provider."""


class NetworkBlocked(EvalkitError):
    """A connection would have left this machine while the network is blocked."""


class BudgetSpent(EvalkitError):
    """One more request might cost more than the run may spend, so it was not sent."""


class ExchangeFailed(EvalkitError):
    """The provider gave no answer that could be graded: network, status or protocol."""


class ProviderTimeout(ExchangeFailed):
    """The provider did not answer in time."""


class RateLimited(ExchangeFailed):
    """The provider kept answering 429 until the retries were used up."""


class ProviderRefused(ExchangeFailed):
    """The provider rejected the request (4xx): credentials, quota, or a body it does not take."""


class UndecodableReply(ExchangeFailed):
    """The provider's reply is not what its protocol says."""


class PluginFailed(EvalkitError):
    """A plugin, callable or custom matcher of the user's raised."""


def why(error: Exception) -> str:
    """Say in words why a file cannot be used, without the number that Python puts before them."""
    if isinstance(error, FileExistsError):  # of a file where a folder is to be made
        return f"{str(error.filename)!r} is not a folder"
    return (isinstance(error, OSError) and error.strerror) or str(error)


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which of the known names was probably meant, or list them."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "none is known here"
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"known: {', '.join(names[:MOST_NAMES])}{more}"
