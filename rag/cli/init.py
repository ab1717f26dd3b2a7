"""`rag init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.cli.completion import complete_preset
from rag.errors import UsageError, did_you_mean

RAG_YAML = """\
# yaml-language-server: $schema=./schema.json       (rag schema --out schema.json writes it)
version: 1
extends: {preset}          # everything not said here; rag show --resolved prints it

index:
  path: .rag/index         # where the index lives; rag index FOLDER fills it

# Another encoder (the index must then be built again): rag components encoder
# encoder: {{use: static}}

# A language model that writes the answers: any OpenAI-compatible endpoint. Keys belong into .env.
# extends: chat
# llm: {{use: openai, model: "${{RAG_MODEL:-gpt-4o-mini}}", base_url: "${{OPENAI_BASE_URL:-}}"}}

# The steps from a question to an answer. A list here replaces the preset's: rag show prints that.
# pipeline:
#   - retrieve: {{use: fusion, of: [{{use: bm25}}, {{use: dense}}], top_k: 20}}
#   - compress: {{use: budget, max_tokens: 1200}}
#   - generate: {{use: extractive}}
"""

ENV_EXAMPLE = """\
# Copy to .env; variables of the real environment come first.
# OPENAI_API_KEY=
# OPENAI_BASE_URL=http://localhost:11434/v1
# RAG_MODEL=gpt-4o-mini
"""

IGNORED = (".rag/", ".env")


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where; made if need be.")] = Path(),
    preset: Annotated[
        str, typer.Option(metavar="NAME", help="The preset to start from.", autocompletion=complete_preset)
    ] = "default",
) -> None:
    """Write a commented rag.yaml to start from, .env.example, and lines in .gitignore. Overwrites nothing."""
    from rag.cli.columns import Columns
    from rag.cli.terminal import note
    from rag.config import presets

    if preset not in (known := list(presets())):
        hint = did_you_mean(preset, known)
        raise UsageError(f"no preset is called {preset!r}; there are: {', '.join(known)}. {hint}".rstrip())
    folder.mkdir(parents=True, exist_ok=True)
    done = [
        _write(folder / "rag.yaml", RAG_YAML.format(preset=preset)),
        _write(folder / ".env.example", ENV_EXAMPLE),
        _ignore(folder / ".gitignore"),
    ]
    Columns(styles=("cyan", "dim")).print(done)
    note("next: rag index FOLDER, then rag ask QUESTION")


def _write(path: Path, text: str) -> tuple[str, str]:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return str(path), "is there already, left as it is"
    return str(path), "written"


def _ignore(path: Path) -> tuple[str, str]:
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    missing = [line for line in IGNORED if line not in text.splitlines()]
    if not missing:
        return str(path), "has the lines already"
    with path.open("a", encoding="utf-8") as file:
        file.write(("\n" if text and not text.endswith("\n") else "") + "\n".join(missing) + "\n")
    return str(path), f"{' and '.join(missing)} added"
