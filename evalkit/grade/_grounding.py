"""Judges that arguments come from what a tool said, not from the model's imagination."""

from __future__ import annotations

from functools import partial

from evalkit.grade._judgement import Judge, Judgement, passed
from evalkit.grade._scene import Scene
from evalkit.grade._words import one_line, show_name
from evalkit.results import Kind, Status, Verdict
from evalkit.suite import Grounded


def grounded_judge(rule: Grounded) -> Judge:
    """Prepare to judge one argument of one tool, wherever it is called."""
    return partial(_judge, rule)


def _judge(rule: Grounded, scene: Scene) -> Judgement:
    label = f"grounded {rule.tool}.{rule.argument}"
    verdicts = []
    for placed in scene.calls:
        arguments = placed.call.arguments
        if placed.call.name != rule.tool or arguments is None or rule.argument not in arguments:
            continue
        actual = arguments[rule.argument]
        mismatch = rule.pattern.match(actual, placed.context)
        if mismatch is not None:
            path = f"$.{show_name(rule.argument)}"
            verdicts.append(
                Verdict(
                    expectation=label,
                    status=Status.FAILED,
                    kind=Kind.UNGROUNDED_ARGUMENT,
                    path=path,
                    reason=f"{rule.tool} {path}: {one_line(mismatch.reason)}",
                    expected=rule.pattern.source,
                    actual=actual,
                    call=placed.index,
                )
            )
    return Judgement(verdicts=tuple(verdicts) or (passed(label),))
