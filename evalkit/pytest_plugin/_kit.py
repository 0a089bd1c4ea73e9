"""The fixture `evalkit`: what a test asks providers with, over a cassette of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evalkit.cassettes import Cassette, Taping, cassette_path_of_test, open_cassette
from evalkit.errors import EvalkitError, InvalidSuite, UnknownName, UsageError
from evalkit.providers import Provider
from evalkit.pytest_plugin._conversation import Talk, read_talk
from evalkit.pytest_plugin._explanation import hint_of, in_pytests_words
from evalkit.pytest_plugin._shared import Shared
from evalkit.results import CaseResult
from evalkit.run import Job
from evalkit.session import Session
from evalkit.suite import Case, Document, Settings, Tool, check, load_suite, read_tools
from evalkit.transcript import JsonValue, Prompt, Transcript

if TYPE_CHECKING:  # an SDK loads when a test asks for its client
    import httpx2
    from anthropic import Anthropic, AsyncAnthropic
    from openai import AsyncOpenAI, OpenAI

    from evalkit.pytest_plugin._clients import Wires

HERE = "pytest"
"""The suite of conversations that no suite names."""


class Kit:
    """Asks providers, and hands out clients of the official SDKs, over the test's cassette.

    Cassettes lie in `cassettes/pytest/`; `--evalkit-record` says what becomes of new answers.
    """

    def __init__(self, shared: Shared, cassette: Cassette, test: str, cleanup: ExitStack) -> None:
        self.cassette = cassette
        """Where the answers come from and go to."""
        self._shared = shared
        self._test = test
        self._cleanup = cleanup
        self._wires: Wires | None = None
        self._sessions: dict[str, Session] = {}

    def openai(self, provider: str | None = None) -> OpenAI:
        """Return a client of OpenAI, or of a provider in `evalkit.yaml` that speaks its API."""
        return self._connected().openai(self._speaking(provider, "openai"))

    def async_openai(self, provider: str | None = None) -> AsyncOpenAI:
        """Return the same for asynchronous code, which closes it: `async with`."""
        return self._connected().async_openai(self._speaking(provider, "openai"))

    def anthropic(self, provider: str | None = None) -> Anthropic:
        """Return a client of Anthropic, or of a provider in `evalkit.yaml` that speaks its API."""
        return self._connected().anthropic(self._speaking(provider, "anthropic"))

    def async_anthropic(self, provider: str | None = None) -> AsyncAnthropic:
        """Return the same for asynchronous code, which closes it: `async with`."""
        return self._connected().async_anthropic(self._speaking(provider, "anthropic"))

    def http_client(self) -> httpx2.Client:
        """Return the HTTP client alone, for a framework that makes its own client of an SDK."""
        return self._connected().http_client()

    def async_http_client(self) -> httpx2.AsyncClient:
        """Return the same for asynchronous code, which closes it."""
        return self._connected().async_http_client()

    @property
    def transcript(self) -> Transcript:
        """What the clients were answered so far: every turn and call, over all requests.

        Tool results stand before the turn of the request that carried them. Answers in which
        evalkit knows no model's turn, such as embeddings, are left out.
        """
        exchanges = () if self._wires is None else self._wires.exchanges
        talk = Talk(suite=HERE, case=self._test, cassette=str(self.cassette.path))
        return read_talk(exchanges, talk)

    def ask(
        self,
        prompt: str,
        *,
        tools: Iterable[Mapping[str, JsonValue]] = (),
        system: str | None = None,
        settings: Mapping[str, JsonValue] | None = None,
        provider: str | None = None,
    ) -> Transcript:
        """Ask a provider of `evalkit.yaml` one thing, and return what it answered.

        `settings` are those of a suite. Without `provider`, there must be only one.

        Raises:
            EvalkitError: there is no answer; a model that answers badly raises nothing.
        """
        __tracebackhide__ = True
        first = () if system is None else (Prompt(role="system", text=system),)
        case = Case(
            suite=HERE,
            id=self._test,
            where=self._test,
            given=(*first, Prompt(role="user", text=prompt)),
            expect=None,
            tools=_offered(tools),
            settings=check(
                Settings, Document(value={**(settings or {})}, file="settings"), InvalidSuite
            ),
            simulate={},
        )
        (result,) = self._results(case, provider)
        return result.transcript

    def run(
        self, suite: str | Path, case: str, *, provider: str | None = None
    ) -> tuple[CaseResult, ...]:
        """Run a case of a suite and judge it by what the suite expects; a result for each trial.

        `suite` is a file, relative to the folder of `evalkit.yaml`.

        Raises:
            EvalkitError: the suite, the case or the answer is not there.
        """
        __tracebackhide__ = True
        path = self._shared.config.folder / suite
        cases = {
            each.id: each for each in load_suite(path, allow_python=self._shared.allow_python).cases
        }
        if case not in cases:
            raise UnknownName("case", case, cases, where=str(path))
        return self._results(cases[case], provider)

    def _results(self, case: Case, provider: str | None) -> tuple[CaseResult, ...]:
        __tracebackhide__ = True
        job = Job(case=case, provider=self._provider(provider))
        session = self._session(job.provider)
        results = self._shared.wait_for(session.results_of(job))
        for result in results:
            trouble = result.transcript.trouble
            if trouble is not None:
                raise EvalkitError(trouble.what, hint=hint_of(trouble))
        return results

    def _session(self, provider: Provider) -> Session:
        if provider.name not in self._sessions:
            shared = self._shared
            session = Session(
                shared.config, shared.mode, [provider], cassette_of=lambda _: self.cassette
            )
            self._sessions[provider.name] = session
            self._cleanup.callback(lambda: shared.wait_for(session.close()))
        return self._sessions[provider.name]

    def _provider(self, name: str | None) -> Provider:
        found = self._shared.config.select(
            () if name is None else (name,),
            allow_python=self._shared.allow_python,
            option="provider={!r}",
        )
        if len(found) > 1:
            names = ", ".join(repr(each.name) for each in found)
            raise UsageError("which provider?", hint=f"name one: provider={names}")
        return found[0]

    def _speaking(self, name: str | None, family: str) -> Provider | None:
        """Return a provider, if its API is one of the family's."""
        if name is None:
            return None
        provider = self._provider(name)
        if not provider.api.startswith(family):
            raise UsageError(
                f"provider {name!r} speaks {provider.api}, which no client of {family} does"
            )
        return provider

    def _connected(self) -> Wires:
        if self._wires is None:
            from evalkit.pytest_plugin._clients import Wires  # httpx2

            self._wires = Wires(self._shared.config, self.cassette, self._simulator)
            self._cleanup.callback(self._wires.close)
        return self._wires

    def _simulator(self, provider: Provider) -> str:
        return self._session(provider).simulator(provider)


@contextmanager
def kit_of(test: pytest.Item) -> Iterator[Kit]:
    """Open the cassette of a test for as long as it runs."""
    if test.get_closest_marker("vcr") is not None:
        pytest.fail(
            "the fixture `evalkit` records this test, and so would its marker `vcr`\n"
            "  hint: use either",
            pytrace=False,
        )
    try:
        shared = Shared.near(test.path.parent, test.config)
        path = cassette_path_of_test(shared.config.cassettes, _names(test.nodeid))
        taping = Taping(mode=shared.mode, redaction=shared.config.redaction())
        cassette = open_cassette(path, taping)
    except EvalkitError as error:
        pytest.fail(in_pytests_words(str(error)), pytrace=False)
    with cassette, ExitStack() as cleanup:
        yield Kit(shared, cassette, test.name, cleanup)


def _offered(tools: Iterable[object]) -> tuple[Tool, ...]:
    listed = [dict(tool) if isinstance(tool, Mapping) else tool for tool in tools]
    return read_tools(listed)  # type: ignore[arg-type]  # it says which of them is no tool


def _names(nodeid: str) -> list[str]:
    """Return folders, module, classes and name of a test: `tests/test_a.py::test_b[x]`."""
    place, bracket, parameters = nodeid.partition("[")
    module, *names = place.split("::")
    return [*module.removesuffix(".py").split("/"), *names[:-1], names[-1] + bracket + parameters]
