from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from evalkit.errors import InvalidConfig
from evalkit.suite import check, load_yaml


class Provider(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    api: Literal["openai-chat", "anthropic"]
    timeout_s: float = Field(default=60, gt=0)


class Configuration(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    providers: dict[str, Provider]
    default: Provider | None = None
    tags: list[str] = []
    retries: int = Field(default=2, le=5)


def lines(text):
    with pytest.raises(InvalidConfig) as refused:
        check(Configuration, load_yaml(text, "evalkit.yaml"), InvalidConfig)
    return str(refused.value).splitlines()


def test_a_document_that_fits_becomes_the_model():
    document = load_yaml("providers: {gpt: {api: anthropic}}", "evalkit.yaml")

    assert check(Configuration, document, InvalidConfig) == Configuration(
        providers={"gpt": Provider(api="anthropic")}
    )


def test_every_mistake_is_told_in_file_order_and_plain_words():
    assert lines("""\
retries: 9
providers:
  gpt: {api: openai, timeout: 5}
  claude: {timeout_s: "5"}
  local: 5
default: {timeout_s: 0, api: anthropic}
tag: []
""") == [
        "evalkit.yaml:1:10: retries: must be at most 5, got the number 9",
        "evalkit.yaml:3:14: api: expected 'openai-chat' or 'anthropic', got the text 'openai'",
        "evalkit.yaml:3:22: unknown key 'timeout'",
        "  hint: did you mean 'timeout_s'?",
        "evalkit.yaml:4:11: 'api' is missing",
        "evalkit.yaml:4:23: timeout_s: expected a number, got the text '5'",
        "evalkit.yaml:5:10: local: expected a mapping, got the number 5",
        "evalkit.yaml:6:22: timeout_s: must be more than 0.0, got the number 0",
        "evalkit.yaml:7:1: unknown key 'tag'",
        "  hint: did you mean 'tags'?",
    ]


def test_true_is_no_number_and_a_number_is_no_text():
    assert lines("providers: {}\nretries: true\ntags: [5]\n") == [
        "evalkit.yaml:2:10: retries: expected a whole number, got true",
        "evalkit.yaml:3:8: expected text, got the number 5",
    ]
