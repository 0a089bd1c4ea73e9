import pytest

from evalkit.errors import UsageError
from evalkit.run._as_text import offered_in_text, read_from_text
from evalkit.suite import Tool
from evalkit.transcript import Prompt, ToolResult, Turn

WEATHER = Tool(
    name="get_weather",
    description="The weather",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}},
)
HERMES = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>'


def test_a_text_format_offers_the_tools_in_the_system_prompt_and_results_in_words():
    messages = (
        Prompt(role="system", text="Be brief."),
        Prompt(role="user", text="Weather in Oslo?"),
        Turn(text=HERMES),
        ToolResult(call_id="1", name="get_weather", content={"sky": "grey"}),
    )

    system, question, turn, result = offered_in_text(messages, [WEATHER], "hermes")

    assert system.text.startswith("Be brief.\n\n")
    assert '"get_weather"' in system.text
    assert (question, turn) == messages[1:3]
    assert result == Prompt(role="user", text='Result of get_weather: {"sky": "grey"}')


def test_a_call_in_the_format_that_was_asked_for_is_no_mistake():
    turn = read_from_text(Turn(text=f"Let me look.\n{HERMES}"), [WEATHER], "hermes")

    [call] = turn.calls
    assert call.defects == ()
    assert turn.text == "Let me look."


def test_a_format_in_which_tools_cannot_be_offered_is_told_with_those_that_can():
    with pytest.raises(UsageError) as refused:
        offered_in_text((Prompt(role="user", text="hi"),), [WEATHER], "beam")

    assert "hermes" in refused.value.hint
