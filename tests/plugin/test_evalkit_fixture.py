"""The fixture `evalkit`, in tests as users write them."""

import re

import pytest

from evalkit.simulator import load_script, serve

SCRIPT = """\
version: 1
rules:
  - when: {user: Weather in Oslo}
    answer: {calls: [{name: get_weather, arguments: {location: Oslo}}]}
  - when: {user: Refund}
    answer: {calls: [{name: get_user, arguments: {id: 7}}]}
  - answer: {text: Hello!}
"""
CONFIG = """\
providers:
  gpt: {api: openai-chat, model: gpt, simulate: script.yaml}
  claude: {api: anthropic, model: claude, simulate: script.yaml}
"""
TOOLS = """\
import pytest
from evalkit import assert_calls, assert_no_calls, call, Result
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {
    "type": "object", "properties": {"location": {"type": "string"}}}}}
CLAUDE_TOOL = {"name": "get_weather", "input_schema": TOOL["function"]["parameters"]}
OSLO = [{"role": "user", "content": "Weather in Oslo?"}]
"""
OPENAI = """
def test_openai(evalkit):
    client = evalkit.openai("gpt")
    answer = client.chat.completions.create(model="gpt", messages=OSLO, tools=[TOOL])
    assert_calls(answer, get_weather={"location": "Oslo"}, tools=[TOOL])
    assert_calls(evalkit.transcript, get_weather={"location": "Oslo"})
"""
WAYS = """
import asyncio
from concurrent.futures import ThreadPoolExecutor

def test_anthropic(evalkit):
    client = evalkit.anthropic("claude")
    answer = client.messages.create(
        model="claude", max_tokens=64, messages=OSLO, tools=[CLAUDE_TOOL])
    assert_calls(answer, get_weather={"location": "Oslo"}, tools=[CLAUDE_TOOL])
    assert_calls(evalkit.transcript, get_weather={"location": "Oslo"})

def test_async_openai(evalkit):
    async def agent():
        async with evalkit.async_openai("gpt") as client:
            return await client.chat.completions.create(model="gpt", messages=OSLO, tools=[TOOL])

    assert_calls(asyncio.run(agent()), get_weather={"location": "Oslo"})
    assert_calls(evalkit.transcript, get_weather={"location": "Oslo"})

def test_async_anthropic(evalkit):
    async def agent():
        async with evalkit.async_anthropic("claude") as client:
            return await client.messages.create(
                model="claude", max_tokens=64, messages=OSLO, tools=[CLAUDE_TOOL])

    assert_calls(asyncio.run(agent()), get_weather={"location": "Oslo"})
    assert_calls(evalkit.transcript, get_weather={"location": "Oslo"})

def test_responses(evalkit):
    answer = evalkit.openai("gpt").responses.create(model="gpt", input="Weather in Oslo?")
    assert_calls(answer, get_weather={"location": "Oslo"})
    assert_calls(evalkit.transcript, get_weather={"location": "Oslo"})
    assert evalkit.transcript.given[0].text == "Weather in Oslo?"

def test_own_client(evalkit):
    import openai
    client = openai.OpenAI(api_key="none", http_client=evalkit.http_client())
    answer = client.chat.completions.create(model="gpt", messages=OSLO, tools=[TOOL])
    assert_calls(answer, get_weather={"location": "Oslo"})

def test_ask(evalkit):
    answer = evalkit.ask("Weather in Oslo?", tools=[TOOL], provider="gpt", system="Be brief.")
    assert_calls(answer, get_weather={"location": "Oslo"}, tools=[TOOL])

def test_threads(evalkit):
    client = evalkit.openai("gpt")

    def ask(city):
        return client.chat.completions.create(
            model="gpt", messages=[{"role": "user", "content": f"Weather in Oslo, not {city}"}])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, ["Paris", "Rome", "Bonn", "Bern"]))
    assert_calls(evalkit.transcript, call("get_weather", location="Oslo").times(4))

def test_stream(evalkit):
    client = evalkit.openai("gpt")
    stream = client.chat.completions.create(
        model="gpt", messages=OSLO, tools=[TOOL], stream=True)
    assert_calls(stream, get_weather={"location": "Oslo"})
    assert_calls(evalkit.transcript, get_weather={"location": "Oslo"})
"""


@pytest.fixture
def agents(empty_project):
    """A project with two simulated providers and no suite."""
    empty_project.write("evalkit.yaml", CONFIG)
    empty_project.write("script.yaml", SCRIPT)
    return empty_project


def outcomes(run):
    return run.stdout.strip().splitlines()[-1]


def test_what_a_test_recorded_is_replayed_without_a_provider(agents):
    agents.write("tests/test_agent.py", TOOLS + OPENAI + WAYS)

    recorded = agents.pytest("-q", "-W", "error", "--evalkit-record", "missing")
    agents.write("script.yaml", "version: 1\nrules: [{answer: {text: nothing}}]\n")
    replayed = agents.pytest("-q", "-W", "error")

    assert "8 passed" in outcomes(recorded), recorded.stdout
    assert "8 passed" in outcomes(replayed), replayed.stdout
    folder = agents.folder / "cassettes/pytest/tests/test_agent"
    assert sorted(path.name for path in folder.iterdir()) == [
        "test_anthropic.yaml",
        "test_ask.yaml",
        "test_async_anthropic.yaml",
        "test_async_openai.yaml",
        "test_openai.yaml",
        "test_responses.yaml",
        "test_stream.yaml",
        "test_threads.yaml",
    ]


def test_without_a_recording_a_test_errs_with_the_way_out_and_no_frame_of_an_sdk(agents):
    agents.write("test_agent.py", TOOLS + OPENAI)

    run = agents.pytest("-q", "--junit-xml", "junit.xml")

    assert "1 error" in outcomes(run)
    assert "no recording answers POST" in run.stdout
    assert (
        "`pytest --evalkit-record missing` asks the provider and records the answer" in run.stdout
    )
    assert "    answer = client.chat.completions.create(" in run.stdout
    assert "site-packages" not in run.stdout
    assert len(run.stdout.splitlines()) < 25
    assert "ERROR test_agent.py::test_openai - CassetteMiss: cassettes/pytest/" in run.stdout
    assert 'errors="1" failures="0"' in (agents.folder / "junit.xml").read_text()


def test_trouble_that_a_framework_wrapped_is_an_error_too(agents):
    agents.write(
        "test_agent.py",
        "def test_wrapped(evalkit):\n"
        "    try:\n"
        "        evalkit.http_client().post('https://api.openai.com/v1/responses', json={})\n"
        "    except Exception as error:\n"
        "        raise RuntimeError('the agent failed') from error\n",
    )

    run = agents.pytest("-q")

    assert "1 error" in outcomes(run)
    assert "ERROR test_agent.py::test_wrapped - CassetteMiss: " in run.stdout


def test_an_assertion_that_fails_after_trouble_was_met_is_a_failure(agents):
    agents.write(
        "test_agent.py",
        "import pytest, evalkit.errors\n"
        "def test_met(evalkit):\n"
        "    with pytest.raises(evalkit_errors.CassetteMiss):\n"
        "        evalkit.http_client().post('https://api.openai.com/v1/responses', json={})\n"
        "    assert 1 == 2\n".replace("evalkit_errors", "__import__('evalkit.errors').errors"),
    )

    run = agents.pytest("-q")

    assert "1 failed" in outcomes(run)


def test_every_test_has_a_cassette_of_its_own(agents):
    agents.write(
        "test_agent.py",
        TOOLS + "class TestAgent:\n"
        "    @pytest.mark.parametrize('city', ['Oslo', '../../Paris'])\n"
        "    def test_city(self, evalkit, city):\n"
        "        evalkit.ask(f'Weather in {city}', provider='gpt')\n",
    )

    agents.pytest("-q", "--evalkit-record", "missing")

    (folder,) = agents.folder.glob("cassettes/pytest/test_agent/testagent-*")
    assert len(list(folder.iterdir())) == 2


def test_the_transcript_holds_what_happened_across_requests(agents):
    agents.write(
        "test_agent.py",
        TOOLS
        + """
def test_loop(evalkit):
    client = evalkit.openai("gpt")
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Refund"}]
    first = client.chat.completions.create(model="gpt", messages=messages)
    (made,) = first.choices[0].message.tool_calls
    messages += [first.choices[0].message, {
        "role": "tool", "tool_call_id": made.id, "content": '{"id": 7, "order": "A8472"}'}]
    messages += [{"role": "user", "content": "Weather in Oslo?"}]
    client.chat.completions.create(model="gpt", messages=messages)
    talk = evalkit.transcript
    assert [message.text for message in talk.given] == ["Be kind.", "Refund"]
    assert [type(message).__name__ for message in talk.messages] == ["Turn", "ToolResult", "Turn"]
    assert talk.messages[1].content == {"id": 7, "order": "A8472"}
    assert talk.messages[1].name == "get_user"
    assert talk.simulated
    lookup = call("get_user", id=7)
    assert_calls(talk, lookup, call("get_weather", location="Oslo").after(lookup))
    assert_no_calls(talk, "process_refund")
""",
    )

    run = agents.pytest("-q", "--evalkit-record", "missing")

    assert "1 passed" in outcomes(run), run.stdout


def test_a_coroutine_may_ask_too(agents):
    agents.write(
        "test_agent.py",
        TOOLS
        + """
import asyncio

async def ask(evalkit):
    return evalkit.ask("Weather in Oslo?", tools=[TOOL], provider="gpt")

def test_coroutine(evalkit):
    assert_calls(asyncio.run(ask(evalkit)), get_weather={"location": "Oslo"})

def test_function(evalkit):
    assert evalkit.ask("Hello", provider="gpt").messages[-1].text == "Hello!"
""",
    )

    run = agents.pytest("-q", "-W", "error", "--evalkit-record", "missing")

    assert "2 passed" in outcomes(run), run.stdout


def test_a_case_of_a_suite_is_run_over_the_tests_cassette(agents):
    agents.write(
        "suites/weather.yaml",
        "version: 1\nsuite: weather\ntools:\n  - {name: get_weather, parameters: {type: object}}\n"
        "cases:\n  - id: oslo\n    prompt: Weather in Oslo?\n    trials: 2\n"
        "    expect: {calls: [{get_weather: {location: Bergen}}]}\n",
    )
    agents.write(
        "test_agent.py",
        "def test_case(evalkit):\n"
        "    one, two = evalkit.run('suites/weather.yaml', 'oslo', provider='gpt')\n"
        "    assert one.status == two.status == 'failed'\n"
        "    assert one.failures[0].kind == 'wrong_argument'\n",
    )

    recorded = agents.pytest("-q", "test_agent.py", "--evalkit-record", "missing")
    replayed = agents.pytest("-q", "test_agent.py")

    assert "1 passed" in outcomes(recorded), recorded.stdout
    assert "1 passed" in outcomes(replayed)
    assert [path.name for path in agents.folder.glob("cassettes/*")] == ["pytest"]


def test_what_cannot_be_asked_is_told(agents):
    agents.write(
        "test_agent.py",
        "def test_1(evalkit): evalkit.ask('hi')\n"
        "def test_2(evalkit): evalkit.openai('cloud')\n"
        "def test_3(evalkit): evalkit.openai('claude')\n"
        "def test_4(evalkit): evalkit.run('script.yaml', 'a')\n"
        "def test_5(evalkit): evalkit.openai()\n",
    )

    run = agents.pytest("-q", "--evalkit-record", "missing", OPENAI_API_KEY="")

    assert "5 errors" in outcomes(run)
    for said in (
        "which provider?",
        "name one: provider='gpt', 'claude'",
        "unknown provider 'cloud'",
        "provider 'claude' speaks anthropic, which no client of openai does",
        "script.yaml:2:1: unknown key 'rules'",
        "no API key",
        "set the variable OPENAI_API_KEY",
    ):
        assert said in run.stdout


@pytest.mark.parametrize(
    ("yaml", "words", "said"),
    [
        pytest.param(
            CONFIG,
            "provider='gtp'",
            "provider='gtp': unknown provider 'gtp'\n  hint: did you mean 'gpt'?",
            id="unknown provider",
        ),
        pytest.param(
            CONFIG,
            "provider='openai:gpt'",
            "provider='openai:gpt': unknown API 'openai'\n  hint: did you mean 'openai-chat'?",
            id="unknown API",
        ),
        pytest.param(
            "providers: {}\n",
            "",
            "no provider to ask\n  hint: name providers there, or pass provider='openai-chat:",
            id="no provider",
        ),
        pytest.param(
            'providers: {own: {api: python, model: "agent:answer"}}\n',
            "provider='own'",
            "hint: pass --evalkit-allow-python if you trust it, or name another: provider='NAME'",
            id="code",
        ),
    ],
)
def test_messages_name_a_provider_as_python_does(empty_project, yaml, words, said):
    empty_project.write("evalkit.yaml", yaml)
    empty_project.write("test_agent.py", f"def test_a(evalkit): evalkit.ask('hi', {words})\n")

    run = empty_project.pytest("-q")

    assert said in re.sub("^E +(?=hint)", "  ", run.stdout, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            "tools=[{'name': 'ok'}, {'name': 'f', 'parameters': {'type': 'array'}}]",
            "tools[1]['parameters']['type']: the schema of arguments has the type 'object', got "
            "'array'",
            id="a tool",
        ),
        pytest.param(
            "tools={'name': 'ok'}", "tools[0]: expected a tool, got the text 'name'", id="no list"
        ),
        pytest.param(
            "settings={'temprature': 1}",
            "settings['temprature']: unknown key 'temprature'\n"
            "E     hint: did you mean 'temperature'?",
            id="settings",
        ),
    ],
)
def test_mistakes_in_what_python_gives_are_told_at_their_place_in_it(agents, words, said):
    agents.write("test_agent.py", f"def test_a(evalkit): evalkit.ask('hi', {words})\n")

    run = agents.pytest("-q")

    assert said in run.stdout
    assert "1 error" in outcomes(run)


def test_an_agent_in_python_is_asked_where_its_code_may_run(empty_project):
    empty_project.write("evalkit.yaml", 'providers: {own: {api: python, model: "agent:answer"}}\n')
    empty_project.write("agent.py", "def answer(messages, tools): return 'Hello!'\n")
    empty_project.write(
        "test_agent.py",
        "def test_a(evalkit): assert evalkit.ask('hi').messages[-1].text == 'Hello!'\n",
    )

    run = empty_project.pytest("-q", "--evalkit-record", "live", "--evalkit-allow-python")

    assert "1 passed" in outcomes(run), run.stdout


def test_replaying_needs_no_key(agents):
    agents.write(
        "test_agent.py", "def test_a(evalkit):\n    evalkit.openai(), evalkit.anthropic()\n"
    )

    run = agents.pytest("-q", OPENAI_API_KEY="", ANTHROPIC_API_KEY="")

    assert "1 passed" in outcomes(run), run.stdout


def test_no_key_reaches_the_cassette(agents, tmp_path_factory):
    script = tmp_path_factory.mktemp("script") / "script.yaml"
    script.write_text(SCRIPT)
    agents.write("test_agent.py", TOOLS + OPENAI.replace('openai("gpt")', "openai()"))
    key = "sk-proj-planted1234567890abcdef"

    with serve(load_script(script)) as url:
        run = agents.pytest(
            "-q", "--evalkit-record", "missing", OPENAI_API_KEY=key, OPENAI_BASE_URL=f"{url}/v1"
        )

    assert "1 passed" in outcomes(run), run.stdout
    (recorded,) = agents.folder.glob("cassettes/pytest/**/*.yaml")
    assert key not in recorded.read_text()
    assert key not in run.stdout


def test_a_cassette_of_vcrpy_around_the_test_is_refused(agents):
    agents.write(
        "test_agent.py",
        TOOLS
        + """
import vcr

@pytest.mark.vcr
def test_marker(evalkit):
    evalkit.openai("gpt")

def test_context(evalkit):
    with vcr.use_cassette("own.yaml"):
        evalkit.openai("gpt").chat.completions.create(model="gpt", messages=OSLO)
""",
    )

    run = agents.pytest("-q", "--evalkit-record", "missing")

    assert "2 errors" in outcomes(run)
    assert run.stdout.count("  hint: use either") == 2
    assert not (agents.folder / "own.yaml").exists()


def test_a_broken_cassette_is_an_error_in_plain_words(agents):
    agents.write("test_agent.py", TOOLS + OPENAI)
    agents.write("cassettes/pytest/test_agent/test_openai.yaml", "interactions: [{")

    run = agents.pytest("-q")

    assert "1 error" in outcomes(run)
    assert "cassettes/pytest/test_agent/test_openai.yaml" in run.stdout
    assert "Traceback" not in run.stdout


def test_a_failed_assertion_reads_like_pytests_own(agents):
    agents.write(
        "test_agent.py",
        TOOLS
        + """
def test_a():
    function = {"name": "get_weather", "arguments": '{"location": "Paris"}'}
    answer = {"role": "assistant", "content": None, "tool_calls": [
        {"id": "a", "type": "function", "function": function}]}
    assert_calls(answer, get_weather={"location": "Oslo"})
""",
    )

    run = agents.pytest("-q")
    shown = [line for line in run.stdout.splitlines() if line.startswith("E ")]

    assert [line[8:] for line in shown] == [
        "AssertionError: wrong_argument: get_weather $.location: expected 'Oslo', got 'Paris'",
        "  expected: get_weather(location='Oslo')",
        "  called:   get_weather(location='Paris')",
    ]
    assert "assertions/_assert.py" not in run.stdout


def test_a_test_that_does_not_ask_for_the_fixture_loads_no_sdk(agents):
    agents.write(
        "test_agent.py",
        "import sys\nfrom evalkit import assert_no_calls\n\ndef test_a():\n"
        "    assert_no_calls({'role': 'assistant', 'content': 'Hi'})\n"
        "    assert not {'openai', 'anthropic', 'httpx2'} & set(sys.modules)\n",
    )

    run = agents.pytest("-q", "-p", "no:recording", "-p", "no:anyio")

    assert "1 passed" in outcomes(run), run.stdout
