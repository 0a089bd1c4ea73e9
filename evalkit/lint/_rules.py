"""Every rule, in the order of `docs/lint.md`."""

from __future__ import annotations

from evalkit.lint import _descriptions, _dialects, _parameters, _risks, _suites
from evalkit.lint._finding import Severity
from evalkit.lint._rule import Rule, each_tool

RULES: tuple[Rule, ...] = (
    Rule(
        id="missing-description",
        severity=Severity.WARNING,
        looks_for="a tool without a description",
        why="the model has only the name to go by",
        check=each_tool(_descriptions.missing_description),
    ),
    Rule(
        id="vague-description",
        severity=Severity.WARNING,
        looks_for="a description that says no more than the name",
        why="the model cannot tell when the tool is due and when not",
        check=each_tool(_descriptions.vague_description),
    ),
    Rule(
        id="undescribed-parameter",
        severity=Severity.WARNING,
        looks_for="an argument that neither its name nor a description explains",
        why="the model guesses what belongs there",
        check=each_tool(_descriptions.undescribed_parameter),
    ),
    Rule(
        id="overlapping-tools",
        severity=Severity.WARNING,
        looks_for="two tools whose names and descriptions share most of their words",
        why="requests for the one go to the other (F11)",
        check=_descriptions.overlapping_tools,
    ),
    Rule(
        id="ambiguous-identifier",
        severity=Severity.WARNING,
        looks_for="an argument that takes one identifier or another",
        why="a number of the wrong kind is taken for the right one (F2, F3)",
        check=each_tool(_parameters.ambiguous_identifier),
    ),
    Rule(
        id="identifier-without-pattern",
        severity=Severity.NOTE,
        looks_for="an identifier that any text can fill",
        why="nothing stops an account number that stands for an order (F2), or an attack (F22)",
        check=each_tool(_parameters.identifier_without_pattern),
    ),
    Rule(
        id="enum-in-prose",
        severity=Severity.WARNING,
        looks_for="a closed list of values in a description, without enum",
        why="the model may write another value, and nothing refuses it (F9)",
        check=each_tool(_parameters.enum_in_prose),
    ),
    Rule(
        id="missing-required",
        severity=Severity.WARNING,
        looks_for="properties without `required`",
        why="a call without arguments is valid (F9)",
        check=each_tool(_parameters.missing_required),
    ),
    Rule(
        id="unknown-required",
        severity=Severity.ERROR,
        looks_for="a required name that is no property",
        why="the model has to invent an argument, or no call is valid",
        check=each_tool(_parameters.unknown_required),
    ),
    Rule(
        id="nullable-required",
        severity=Severity.WARNING,
        looks_for="a required argument that may be null, outside of strict mode",
        why="the model fills it with null where it should ask (F9)",
        check=each_tool(_parameters.nullable_required),
    ),
    Rule(
        id="open-arguments",
        severity=Severity.NOTE,
        looks_for="schemas without additionalProperties: false; one finding a file",
        why="an invented argument is valid, and the tool ignores it silently (F9)",
        check=_parameters.open_arguments,
    ),
    Rule(
        id="too-many-tools",
        severity=Severity.WARNING,
        looks_for=f"more than {_risks.MANY_TOOLS} tools at once",
        why="models choose worse among many, and each request pays for all of them (F19)",
        check=_risks.too_many_tools,
    ),
    Rule(
        id="schema-budget",
        severity=Severity.WARNING,
        looks_for=f"tools that take more than {_risks.SCHEMA_BUDGET:,} tokens of every request",
        why="each request pays for them, and less of the window is left (F19)",
        check=_risks.schema_budget,
    ),
    Rule(
        id="unguarded-action",
        severity=Severity.WARNING,
        looks_for="a destructive tool without confirmation or idempotency key",
        why="it happens without a yes (F4), or twice after a retry (F16)",
        check=_risks.unguarded_action,
    ),
    Rule(
        id="refused-name",
        severity=Severity.WARNING,
        looks_for="a name of a tool or an argument that a provider refuses",
        why="the provider answers 400, or the model sees another name than you wrote",
        check=each_tool(_dialects.refused_name),
    ),
    Rule(
        id="refused-at-the-top",
        severity=Severity.ERROR,
        looks_for="anyOf, oneOf, allOf, enum or not at the top of a schema",
        why="one such tool makes every request fail",
        check=each_tool(_dialects.refused_at_the_top),
    ),
    Rule(
        id="refused-when-strict",
        severity=Severity.ERROR,
        looks_for="what OpenAI refuses in a tool with strict: true",
        why="every request with the tool fails",
        check=each_tool(_dialects.refused_when_strict),
    ),
    Rule(
        id="refused-by-gemini",
        severity=Severity.NOTE,
        looks_for="keywords that Gemini's `parameters` does not know",
        why="the tool that works elsewhere is refused there",
        check=each_tool(_dialects.refused_by_gemini),
    ),
    Rule(
        id="forced-tool-choice",
        severity=Severity.WARNING,
        looks_for="tool_choice: required, or a tool's name",
        why="even a greeting triggers a call (F1)",
        check=_suites.forced_tool_choice,
    ),
    Rule(
        id="no-silent-case",
        severity=Severity.WARNING,
        looks_for="a suite without a case that expects no call",
        why="a model that always calls something passes it (F1)",
        check=_suites.no_silent_case,
    ),
    Rule(
        id="unmeetable-expectation",
        severity=Severity.ERROR,
        looks_for="an expectation that no valid call can meet",
        why="the case fails whatever the model does",
        check=_suites.unmeetable_expectation,
    ),
)
