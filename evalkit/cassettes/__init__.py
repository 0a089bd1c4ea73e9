"""Recorded exchanges with providers: replayed for nothing, recorded once, safe to commit."""

from evalkit.cassettes._cassette import REPLAY, Cassette, Mode, Taping, open_cassette
from evalkit.cassettes._convert import convert
from evalkit.cassettes._folder import discard_cassette, discard_unused, read_folder
from evalkit.cassettes._journal import recover
from evalkit.cassettes._key import request_key
from evalkit.cassettes._path import cassette_path, cassette_path_of_test
from evalkit.cassettes._playing import Playing, playing
from evalkit.cassettes._recording import Answered, Asked, Facts, Headers, Recording, Timing
from evalkit.cassettes._redaction import KEYS, Finding, Redaction, scan
from evalkit.cassettes._rules import Personal
from evalkit.cassettes._scan import scan_file
from evalkit.cassettes._status import Condition, Found, State, Today, conditions, status
from evalkit.cassettes._store import read
from evalkit.cassettes._transports import sync_transport, transport
from evalkit.cassettes._unwrapped import unwrapped

__all__ = [
    "KEYS",
    "REPLAY",
    "Answered",
    "Asked",
    "Cassette",
    "Condition",
    "Facts",
    "Finding",
    "Found",
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
    "cassette_path_of_test",
    "conditions",
    "convert",
    "discard_cassette",
    "discard_unused",
    "open_cassette",
    "playing",
    "read",
    "read_folder",
    "recover",
    "request_key",
    "scan",
    "scan_file",
    "status",
    "sync_transport",
    "transport",
    "unwrapped",
]
