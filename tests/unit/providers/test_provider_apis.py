from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from evalkit.errors import UnknownName
from evalkit.providers import Provider, decode_no_error, find_api

HEAVY = ("openai", "anthropic", "httpx2", "vcr", "jinja2", "rich", "starlette", "genai_prices")


@pytest.mark.parametrize(
    ("name", "key_env"),
    [
        ("openai-chat", "OPENAI_API_KEY"),
        ("openai-responses", "OPENAI_API_KEY"),
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("gemini", None),
        ("bedrock-converse", None),
    ],
)
def test_every_protocol_has_its_name(name, key_env):
    api = find_api(name)

    assert (api.name, api.key_env) == (name, key_env)


def test_an_unknown_protocol_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownName) as raised:
        find_api("openai", where="evalkit.yaml:3:5")

    assert raised.value.what == "unknown API 'openai'"
    assert raised.value.where == "evalkit.yaml:3:5"
    assert "openai-chat" in raised.value.hint


def test_a_package_brings_its_own_protocol(monkeypatch):
    group = "evalkit.providers"
    mine = EntryPoint(name="mine", value="evalkit.providers._registry:GEMINI", group=group)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: EntryPoints([mine]))

    assert find_api("mine") is find_api("gemini")


def test_a_protocol_may_know_no_mistakes_of_the_model_among_its_errors():
    assert decode_no_error(400, {"error": {}}) is None


def test_a_provider_asks_for_nothing_unusual_by_default():
    provider = Provider(name="gpt", api="openai-chat", model="gpt-5.4-mini")

    assert (provider.timeout_s, provider.max_concurrency) == (60, 8)
    assert (provider.extra_body, provider.options) == ({}, {})


def test_a_replayed_run_loads_no_sdk():
    script = f"""
import json, sys
from evalkit.cost import Prices, price
from evalkit.providers import Provider, find_api, read_body
from evalkit.suite import Settings
from evalkit.transcript import Prompt, Usage

for name in ("openai-chat", "openai-responses", "anthropic"):
    api = find_api(name)
    provider = Provider(name="p", api=name, model="m")
    api.endpoint(provider)
    api.encode(provider, (Prompt(role="user", text="hi"),), (), Settings())
body = {{"choices": [{{"message": {{"content": "hi"}}}}]}}
find_api("openai-chat").decode(read_body(find_api("openai-chat"), json.dumps(body).encode()))
price(Usage(input=1, output=1), "m", "", Prices(input_usd_per_million=1, output_usd_per_million=1))
print(*sorted(set({HEAVY!r}) & set(sys.modules)))
"""

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == ""
