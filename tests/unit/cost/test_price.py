from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from evalkit.cost import Prices, price, price_table_date
from evalkit.transcript import Usage

OPENAI = "https://api.openai.com/v1/chat/completions"
ANTHROPIC = "https://api.anthropic.com/v1/messages"
OWN = Prices(
    input_usd_per_million=2,
    output_usd_per_million=8,
    cache_read_usd_per_million=0.5,
    cache_write_usd_per_million=3,
)
PLAIN = Prices(input_usd_per_million=2, output_usd_per_million=8)
TOKENS = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("prices", "usage", "usd"),
    [
        pytest.param(PLAIN, Usage(input=1_000_000, output=1_000_000), 10.0, id="a million each"),
        pytest.param(PLAIN, Usage(input=0, output=0), 0.0, id="nothing used is known to be free"),
        pytest.param(
            OWN, Usage(input=100, output=10, cache_read=60, cache_write=30), 0.00022, id="cache"
        ),
        pytest.param(
            PLAIN,
            Usage(input=100, output=10, cache_read=60, cache_write=30),
            0.00028,
            id="cached input costs as other input where nothing else is said",
        ),
        pytest.param(OWN, Usage(output=10), None, id="input unknown"),
        pytest.param(OWN, Usage(input=10), None, id="output unknown"),
        pytest.param(OWN, Usage(), None, id="all unknown"),
        pytest.param(OWN, Usage(input=5, output=1, cache_read=6), None, id="contradiction"),
    ],
)
def test_configured_prices_are_those_of_a_million_tokens(prices, usage, usd):
    assert price(usage, "my-model", "http://127.0.0.1:8000/v1", prices) == (
        None if usd is None else pytest.approx(usd, abs=1e-12)
    )


@pytest.mark.parametrize(
    ("model", "url", "usage", "usd"),
    [
        pytest.param(
            "gpt-4o-mini",
            OPENAI,
            Usage(input=1_000_000, output=1_000_000),
            0.75,
            id="input, output",
        ),
        pytest.param(
            "gpt-4o-mini-2024-07-18",
            OPENAI,
            Usage(input=1_000_000, output=0, cache_read=1_000_000),
            0.075,
            id="a dated model, all cached",
        ),
        pytest.param(
            "claude-sonnet-4-5",
            ANTHROPIC,
            Usage(input=100_000, output=0, cache_write=100_000),
            0.375,
            id="written to the cache",
        ),
        pytest.param(
            "gpt-4o",
            "https://us.openai.azure.com/openai/deployments/gpt-4o/chat/completions",
            Usage(input=1_000_000, output=0),
            2.5,
            id="Azure",
        ),
    ],
)
def test_prices_of_known_models_are_known(model, url, usage, usd):
    assert price(usage, model, url) == pytest.approx(usd, rel=1e-9)


@pytest.mark.parametrize(
    ("model", "url", "usage"),
    [
        pytest.param("no-such-model", OPENAI, Usage(input=1, output=1), id="unknown model"),
        pytest.param(
            "gpt-4o-mini", "http://127.0.0.1/v1", Usage(input=1, output=1), id="own server"
        ),
        pytest.param(
            "gpt-4o-mini", "http://simulator.invalid/v1", Usage(input=1, output=1), id="simulator"
        ),
        pytest.param("", OPENAI, Usage(input=1, output=1), id="no name"),
        pytest.param("gpt-4o-mini", OPENAI, Usage(output=1), id="input unknown"),
        pytest.param("gpt-4o-mini", OPENAI, Usage(input=1), id="output unknown"),
        pytest.param(
            "gpt-4o-mini", OPENAI, Usage(input=1, output=1, cache_read=2), id="contradiction"
        ),
        pytest.param("gpt-4o-mini", OPENAI, Usage(input=-1, output=1), id="negative"),
    ],
)
def test_what_is_unknown_has_no_price_and_not_the_price_0(model, url, usage):
    assert price(usage, model, url) is None


@given(given_=TOKENS, written=TOKENS, share=st.floats(0, 1))
def test_cheaper_cached_input_never_makes_an_answer_dearer(given_, written, share):
    usage = Usage(input=given_, output=written)
    cached = Usage(input=given_, output=written, cache_read=int(given_ * share))

    assert price(cached, "m", "", OWN) <= price(usage, "m", "", OWN) + 1e-9


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"input_usd_per_million": 1}, id="no output"),
        pytest.param({"input_usd_per_million": -1, "output_usd_per_million": 1}, id="negative"),
        pytest.param(
            {"input_usd_per_million": float("inf"), "output_usd_per_million": 1}, id="infinite"
        ),
        pytest.param(
            {"input_usd_per_million": 1, "output_usd_per_million": 1, "cached": 1}, id="unknown key"
        ),
    ],
)
def test_prices_that_make_no_sense_are_refused(fields):
    with pytest.raises(ValidationError):
        Prices(**fields)


def test_the_age_of_the_table_is_told_by_its_release():
    assert re.fullmatch(r"genai-prices \d+\.\d+\.\d+\S*", price_table_date())
