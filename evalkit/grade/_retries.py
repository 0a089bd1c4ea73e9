"""Calls that are made again after a fault."""

from __future__ import annotations

from evalkit.grade._scene import Placed, Scene
from evalkit.suite import Retries
from evalkit.transcript import ToolCall, ToolResult, Turn


def is_retry(placed: Placed, scene: Scene, retries: Retries) -> bool:
    """Whether the call repeats one that met a fault, within what `retries` allows."""
    if retries.tool not in (None, placed.call.name):
        return False
    before = [other for other in attempts(placed, scene) if other.index < placed.index]
    if not before or (retries.max is not None and len(before) > retries.max):
        return False
    return all(met_fault(other, scene) for other in before)


def attempts(placed: Placed, scene: Scene) -> list[Placed]:
    """Every call of the scene with the same tool and arguments, this one included."""
    return [other for other in scene.calls if is_same(other.call, placed.call)]


def is_same(one: ToolCall, other: ToolCall) -> bool:
    """Whether two calls ask for the same thing."""
    same = one.name == other.name and one.arguments == other.arguments
    return same and (one.arguments is not None or one.raw == other.raw)


def met_fault(placed: Placed, scene: Scene) -> bool:
    """Whether the tool answered the call with an error."""
    result = result_of(placed, scene)
    return result is not None and (result.is_error or result.fault is not None)


def result_of(placed: Placed, scene: Scene) -> ToolResult | None:
    """What the tool answered; ids need to be unique only within a turn."""
    turn = scene.turns[placed.turn - scene.first_turn]
    began = next(i for i, message in enumerate(scene.transcript.messages) if message is turn)
    for message in scene.transcript.messages[began + 1 :]:
        if isinstance(message, Turn):
            return None
        if isinstance(message, ToolResult) and message.call_id == placed.call.id:
            return message
    return None
