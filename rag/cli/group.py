"""Which commands there are, and how one is loaded, run and its failure reported."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from rag.cli.options import spread
from rag.cli.report import reported

__all__ = ["COMMANDS", "Lazy"]

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("rag.cli.init:init", "Write a commented rag.yaml to start from."),
    "index": ("rag.cli.index:index", "Add or refresh files, folders and URLs."),
    "ask": ("rag.cli.ask:ask", "Answer one question, with its sources."),
    "chat": ("rag.cli.chat:chat", "Talk with your files."),
    "serve": ("rag.cli.serve:serve", "Serve pipelines over OpenAI's protocol."),
    "key": ("rag.cli.key:key", "Make, list and revoke the server's API keys."),
    "explain": ("rag.cli.explain:explain", "Show how each passage was found, ranked, kept or dropped."),
    "eval": ("rag.cli.eval:evaluate", "Measure a configuration on questions with known answers."),
    "compare": ("rag.cli.compare:compare", "Put runs side by side: which differ by more than chance."),
    "tune": ("rag.cli.tune:tune", "Search for a better configuration."),
    "synthesize": ("rag.cli.synthesize:synthesize", "Make questions with answers and exact evidence from documents."),
    "terms": ("rag.cli.terms:terms", "List the words and phrases that documents are about."),
    "train": ("rag.cli.train:train", "Train a skill's small head on your data."),
    "route": ("rag.cli.route:route", "Label questions by the cheapest route that answers them."),
    "bench": ("rag.cli.bench:bench", "Measure speed, memory and quality, beside other engines."),
    "check": ("rag.cli.check:check", "Find every mistake in a configuration."),
    "show": ("rag.cli.show:show", "Print a configuration with the origin of each value."),
    "schema": ("rag.cli.schema:schema", "Write the JSON Schema that editors complete and check YAML with."),
    "components": ("rag.cli.components:components", "List what a configuration can name."),
    "mcp": ("rag.cli.mcp:mcp", "Serve the pipeline to assistants that speak MCP."),
    "doctor": ("rag.cli.doctor:doctor", "Check this machine, the models and the index."),
}
"""Name to the function's place and the line `rag --help` shows: help is written without importing any command."""


class Lazy(TyperGroup):
    """A group that knows its commands by name and imports one only when it is called."""

    def __init__(self, **settings: Any) -> None:
        stubs = {name: TyperCommand(name, help=line) for name, (_, line) in COMMANDS.items()}
        super().__init__(**{**settings, "commands": stubs})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The real command in place of its stub."""
        name, stub, rest = super().resolve_command(ctx, args)
        return name, self._load(name) if name and stub else stub, rest

    def _load(self, name: str) -> Any:
        module, _, function = COMMANDS[name][0].partition(":")
        alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        alone.command(name, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})(
            spread(getattr(import_module(module), function))
        )
        command = typer.main.get_command(alone)
        # `rag ask --debug` says the same as `rag --debug ask`.
        command.params += [param for param in self.params if param.name == "debug"]
        return command

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a failure becomes a message and an exit code."""
        from rag.cli.environment import read_env_file

        with reported(lambda: bool(ctx.meta.get("debug"))):
            read_env_file()
            return super().invoke(ctx)
