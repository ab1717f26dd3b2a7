"""Options that several commands share, and what they choose."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from rag.cli.completion import complete_config
from rag.cli.filters import parse_filters
from rag.errors import IndexFault

if TYPE_CHECKING:
    from rag.config import Configuration
    from rag.pipeline import Pipeline

__all__ = ["Asked", "Chosen", "Json", "spread"]

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True)
class Chosen:
    """What a command works with. Each field is an option of every command that has a parameter of this type."""

    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            "-c",
            envvar="RAG_CONFIG",
            show_envvar=False,
            metavar="FILE|PRESET",
            help="A YAML file, or a preset's name.  [default: rag.yaml here, else the preset `default`]",
            autocompletion=complete_config,
        ),
    ] = None
    index: Annotated[
        Path | None,
        typer.Option("--index", envvar="RAG_INDEX", show_envvar=False, metavar="DIR", help="The index's folder."),
    ] = None
    set: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change one value: pipeline.0.retrieve.top_k=5. Repeatable."),
    ] = None
    allow_import: Annotated[
        list[str] | None,
        typer.Option("--allow-import", metavar="PACKAGE", help="Let the YAML name this package's classes. Repeatable."),
    ] = None

    @property
    def source(self) -> str:
        """The file or preset."""
        return self.config or ("rag.yaml" if Path("rag.yaml").is_file() else "default")

    @property
    def flags(self) -> tuple[str, ...]:
        """What chose the configuration, as further words of a command; none where nothing did."""
        words = ["--config", self.config] if self.config else []
        for name, values in (("--set", self.set), ("--allow-import", self.allow_import)):
            words += [word for value in values or () for word in (name, value)]
        return tuple(words)

    def with_config(self, config: str) -> Chosen:
        """The same with another file or preset."""
        return replace(self, config=config)

    def configuration(self, overrides: Mapping[str, Any] | None = None) -> Configuration:
        """Read and validated; nothing is built. `overrides` lie over the file, and `--set` over them."""
        from rag.config import load

        if self.index:
            overrides = {**(overrides or {}), "index": {"path": str(self.index)}}
        try:
            return load(
                self.source, set=self.set or (), allow_import=tuple(self.allow_import or ()), overrides=overrides
            )
        finally:
            gc.freeze()  # what was imported stays as long as the process
            gc.enable()

    def pipeline(self) -> Pipeline:
        """The pipeline; models and index open on first use."""
        from rag.pipeline import Pipeline

        return Pipeline.from_configuration(self.configuration())


@dataclass(frozen=True)
class Asked(Chosen):
    """The same for commands that ask a question."""

    filter: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="KEY=VALUE",
            help="Only passages with this metadata: source=docs/*, lang=en,de, year>=2020. Repeatable, all must hold.",
        ),
    ] = None

    @property
    def wanted(self) -> dict[str, Any] | None:
        """The filter, as `pipeline.invoke(filter=...)` takes it."""
        return parse_filters(self.filter)


def spread(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same command with its parameter of type `Chosen` as one option a field, for typer to read."""
    hints = get_type_hints(command, include_extras=True)
    taken = next((name for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, Chosen)), None)
    if taken is None:
        return command
    kind = hints[taken]
    options = get_type_hints(kind, include_extras=True)

    @wraps(command)
    def spread_command(**given: Any) -> Any:
        chosen = kind(**{field.name: given.pop(field.name) for field in fields(kind)})
        try:
            return command(**given, **{taken: chosen})
        except IndexFault as fault:
            fault.flags = chosen.flags  # what an index lacks it lacks for this configuration
            raise

    parameters = [
        new
        for name, old in signature(command).parameters.items()
        for new in (
            [Parameter(f.name, old.kind, default=f.default, annotation=options[f.name]) for f in fields(kind)]
            if name == taken
            else [old.replace(annotation=hints[name])]
        )
    ]
    parameters.sort(key=lambda parameter: parameter.default is not Parameter.empty)
    spread_command.__signature__ = signature(command).replace(parameters=parameters)  # type: ignore[attr-defined]
    spread_command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return spread_command
