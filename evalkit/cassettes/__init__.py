"""Recorded exchanges with providers: replayed for nothing, recorded once, safe to commit."""

from evalkit.cassettes._cassette import REPLAY, Cassette, Mode, Taping, open_cassette
from evalkit.cassettes._journal import recover
from evalkit.cassettes._key import request_key
from evalkit.cassettes._path import cassette_path
from evalkit.cassettes._playing import Playing, playing
from evalkit.cassettes._recording import Answered, Asked, Facts, Headers, Recording, Timing
from evalkit.cassettes._redaction import KEYS, Finding, Redaction, scan
from evalkit.cassettes._rules import Personal
from evalkit.cassettes._status import Condition, State, Today, status
from evalkit.cassettes._transports import sync_transport, transport

__all__ = [
    "KEYS",
    "REPLAY",
    "Answered",
    "Asked",
    "Cassette",
    "Condition",
    "Facts",
    "Finding",
    "Headers",
    "Mode",
    "Personal",
    "Playing",
    "Recording",
    "Redaction",
    "State",
    "Taping",
    "Timing",
    "Today",
    "cassette_path",
    "open_cassette",
    "playing",
    "recover",
    "request_key",
    "scan",
    "status",
    "sync_transport",
    "transport",
]
