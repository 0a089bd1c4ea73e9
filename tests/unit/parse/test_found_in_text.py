import pytest

from evalkit.parse import found_in_text
from evalkit.suite import Tool
from evalkit.transcript import Defect, ToolCall, Turn

WEATHER = Tool(
    name="get_weather",
    description="The weather",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}},
)
HERMES = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>'


def test_a_call_written_as_text_is_found_and_marked():
    turn = found_in_text(Turn(text=HERMES), [WEATHER])

    [call] = turn.calls
    assert (call.name, call.arguments) == ("get_weather", {"city": "Oslo"})
    assert Defect.TEXT_CALL in call.defects


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("It rains in Oslo.", id="plain words"),
        pytest.param('Send {"name": "send_mail", "arguments": {}} to them.', id="another tool"),
        pytest.param("I could use get_weather for that. Shall I?", id="the name alone"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_answer_that_calls_nothing_is_left_as_it_is(text):
    turn = Turn(text=text)

    assert found_in_text(turn, [WEATHER]) is turn


def test_native_calls_are_never_looked_for_in_the_text_beside_them():
    native = ToolCall(id="1", name="get_weather", raw="{}", arguments={})
    turn = Turn(text=HERMES, calls=(native,))

    assert found_in_text(turn, [WEATHER]) is turn
