"""Errors of ours that the provider SDKs let through instead of retrying and renaming them."""

from __future__ import annotations

import sys

from evalkit.errors import EvalkitError

_SDK_ERRORS = (("openai", "OpenAIError"), ("anthropic", "AnthropicError"))
_DERIVED: dict[tuple[type, ...], type[EvalkitError]] = {}


def unwrapped(error: type[EvalkitError]) -> type[EvalkitError]:
    """Return a class that is `error`, and the base error of every SDK that is loaded, too.

    An SDK takes any other exception of a transport for a broken connection: it asks again, and
    then raises "Connection error." in place of what was said.
    """
    loaded = [
        getattr(sys.modules[module], name)
        for module, name in _SDK_ERRORS
        if hasattr(sys.modules.get(module), name)
    ]
    bases = (error, *loaded)
    if bases not in _DERIVED:
        _DERIVED[bases] = type(error.__name__, bases, {"__module__": error.__module__})
    return _DERIVED[bases]
