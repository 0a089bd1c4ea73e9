"""A provider that follows a script: it speaks the wire protocols, and no model is asked."""

from evalkit.simulator._answers import Answer, Call, Failure, Reply, TokenCounts
from evalkit.simulator._app import AsgiApp, app
from evalkit.simulator._conditions import When
from evalkit.simulator._redirect import redirected
from evalkit.simulator._response import SIMULATED_HEADER
from evalkit.simulator._script import Rule, Script, load_script
from evalkit.simulator._server import run_forever, serve, transport

__all__ = [
    "SIMULATED_HEADER",
    "Answer",
    "AsgiApp",
    "Call",
    "Failure",
    "Reply",
    "Rule",
    "Script",
    "TokenCounts",
    "When",
    "app",
    "load_script",
    "redirected",
    "run_forever",
    "serve",
    "transport",
]
