"""Wire protocols: pure functions between messages and the JSON of each API, and the senders."""

from evalkit.providers._agent_tools import AsyncTools, Tools
from evalkit.providers._api import Api, Reply, Sender, Shown, decode_no_error
from evalkit.providers._events import FirstTimes, first_times, read_body, read_events
from evalkit.providers._names import restore_names
from evalkit.providers._provider import Provider
from evalkit.providers._registry import find_api

__all__ = [
    "Api",
    "AsyncTools",
    "FirstTimes",
    "Provider",
    "Reply",
    "Sender",
    "Shown",
    "Tools",
    "decode_no_error",
    "find_api",
    "first_times",
    "read_body",
    "read_events",
    "restore_names",
]
