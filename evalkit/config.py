"""Settings from `evalkit.yaml`, the environment and flags; the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PositiveFloat, PositiveInt

from evalkit.cassettes import Personal, Redaction
from evalkit.cost import Prices
from evalkit.errors import InvalidConfig, Problem, UnknownName, UsageError, why
from evalkit.providers import Provider, find_api
from evalkit.suite import check, load_yaml

FILE_NAME = "evalkit.yaml"
EXAMPLE = "openai-chat:gpt-5.4-mini"
USUAL_KEYS = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_OPENAI_API_KEY",
    "COHERE_API_KEY",
    "CO_API_KEY",
    "GEMINI_API_KEY",
    "GITHUB_TOKEN",
    "GOOGLE_API_KEY",
    "GROQ_API_KEY",
    "HF_TOKEN",
    "MISTRAL_API_KEY",
    "OPENAI_API_KEY",
    "STRIPE_API_KEY",
    "TOGETHER_API_KEY",
)
"""Variables that hold secrets whatever the file says."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _ProviderSection(_Section):
    api: str
    model: str
    base_url: str | None = None
    api_key_env: str | None = None
    simulate: str | None = None
    """A script of the simulator, as a path relative to this file."""
    tool_format: str | None = None
    timeout_s: PositiveFloat = 60.0
    max_concurrency: PositiveInt = 8
    extra_body: dict[str, JsonValue] = Field(default_factory=dict)
    options: dict[str, JsonValue] = Field(default_factory=dict)


class Expiry(StrEnum):
    """What becomes of recordings that are too old."""

    WARN = "warn"
    """A run says how many there are."""
    FAIL = "fail"
    """A run ends as trouble, and so does `evalkit cassettes verify`."""
    RERECORD = "rerecord"
    """A recording run asks anew."""


class MaxAge(_Section):
    """How old recordings may grow, and what becomes of older ones."""

    days: PositiveInt
    then: Expiry = Expiry.WARN

    @property
    def span(self) -> timedelta:
        return timedelta(days=self.days)


class _File(_Section):
    providers: dict[str, _ProviderSection] = Field(default_factory=dict)
    prices: dict[str, Prices] = Field(default_factory=dict)
    suites: tuple[str, ...] = ("suites",)
    cassettes: str = "cassettes"
    secrets: tuple[str, ...] = ()
    """Names of environment variables whose values must never be written to a file."""
    personal_data: tuple[Personal, ...] = ()
    """What is redacted beside keys."""
    max_age: MaxAge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What was configured; paths are absolute or relative to the current folder."""

    folder: Path
    """The folder of `evalkit.yaml`, or the current folder where there is none."""
    providers: tuple[Provider, ...] = ()
    prices: Mapping[str, Prices] = field(default_factory=dict)
    suites: tuple[Path, ...] = ()
    cassettes: Path = Path("cassettes")
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """The values to scrub, never printed."""
    personal_data: tuple[Personal, ...] = ()
    max_age: MaxAge | None = None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    places: Mapping[str, str] = field(default_factory=dict)
    """`file:line:column` of the API of each provider of the file."""

    def api_key(self, provider: Provider) -> str | None:
        """Return the key for a provider, or None where the environment has none."""
        name = provider.api_key_env or find_api(provider.api).key_env
        return self.environ.get(name) if name else None

    def redaction(self) -> Redaction:
        """Return what may not be written, by these settings."""
        return Redaction(self.secrets, self.personal_data)

    def select(
        self,
        names: tuple[str, ...],
        *,
        allow_python: bool = False,
        option: str = "--provider {}",
    ) -> tuple[Provider, ...]:
        """Return the named providers in that order, or all of them where none is named.

        `API:MODEL`, such as `openai-chat:gpt-5.4-mini`, is a provider that no file needs to name.
        `option` is how the caller names a provider, `{}` being the name.

        Raises:
            UnknownName: no provider has such a name, or its API is not known.
            UsageError: there is no provider at all, or one runs code and none may run.
        """
        if not names and not self.providers:
            raise UsageError(
                "no provider to ask",
                where=str(self.folder / FILE_NAME),
                hint=f"name providers there, or pass {option.format(EXAMPLE)}",
            )
        known = {provider.name: provider for provider in self.providers}
        selected = tuple(_named(name, known, option) for name in names) or self.providers
        for provider in selected:
            is_of_file = known.get(provider.name) is provider
            given = option.format(f"{provider.api}:{provider.model}")
            where = self.places.get(provider.name, given) if is_of_file else given
            api = find_api(provider.api, where=where)
            if api.runs_code and not allow_python:
                raise _code_refused(provider, option)
        return selected


def load_config(
    path: Path | None = None,
    *,
    near: Iterable[Path] = (),
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read `path`, or else the nearest `evalkit.yaml`.

    It is looked for in each folder of `near` and in the current one, and in those above them.

    Raises:
        InvalidConfig: the file has mistakes; all of them are told.
    """
    environ = os.environ if environ is None else environ
    if path is None:
        path = next(filter(None, map(_nearest, (*near, Path.cwd()))), None)
    if path is None:
        return Config(
            folder=Path(),
            suites=(Path("suites"),),
            secrets=_secret_values((), (), environ),
            environ=environ,
        )
    return _read(path, environ)


def _read(path: Path, environ: Mapping[str, str]) -> Config:
    folder = _relative(path.parent)
    name = str(folder / path.name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(what=f"cannot be read: {why(error)}", where=name)
        raise InvalidConfig([problem]) from error
    document = load_yaml(text, name, InvalidConfig)
    file = check(_File, document, InvalidConfig)
    providers = tuple(_provider(name, section, folder) for name, section in file.providers.items())
    return Config(
        folder=folder,
        providers=providers,
        prices=file.prices,
        suites=tuple(folder / suite for suite in file.suites),
        cassettes=folder / file.cassettes,
        secrets=_secret_values(file.secrets, providers, environ),
        personal_data=file.personal_data,
        max_age=file.max_age,
        environ=environ,
        places={name: document.where(("providers", name, "api")) for name in file.providers},
    )


def _provider(name: str, section: _ProviderSection, folder: Path) -> Provider:
    values = section.model_dump(exclude={"simulate"})
    simulate = None if section.simulate is None else folder / section.simulate
    return Provider(name=name, simulate=simulate, **values)


def _named(name: str, known: Mapping[str, Provider], option: str) -> Provider:
    if name in known:
        return known[name]
    api, colon, model = name.partition(":")
    if colon and model:
        return Provider(name=model, api=api, model=model)
    if not known:
        raise UsageError(
            f"unknown provider {name!r}",
            where=option.format(name),
            hint=f"name it in {FILE_NAME}, or write api:model such as {EXAMPLE}",
        )
    raise UnknownName("provider", name, known, where=option.format(name))


def _code_refused(provider: Provider, option: str) -> UsageError:
    return UsageError(
        f"asking it runs code of yours, {provider.model}",
        where=f"provider {provider.name}",
        hint=f"pass --allow-python if you trust it, or name another: {option.format('NAME')}",
    )


def _nearest(folder: Path) -> Path | None:
    absolute = folder.absolute()
    for candidate in (absolute, *absolute.parents):
        path = candidate / FILE_NAME
        if path.is_file():
            return path
    return None


def _relative(folder: Path) -> Path:
    """Return the folder relative to the current one where it lies below it, for short messages."""
    absolute = folder.absolute()
    return absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else absolute


def _secret_values(
    named: tuple[str, ...], providers: tuple[Provider, ...], environ: Mapping[str, str]
) -> tuple[str, ...]:
    variables = {*named, *USUAL_KEYS, *(p.api_key_env for p in providers)}
    return tuple(sorted({environ[name] for name in variables if name and environ.get(name)}))
