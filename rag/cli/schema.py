"""`rag schema`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def schema(
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write it there.")] = None,
) -> None:
    """Write the JSON Schema of every component there is, for editors to complete and check YAML with.

    Put this line on top of a YAML file: # yaml-language-server: $schema=./schema.json
    """
    from rag.cli.terminal import note, print_json
    from rag.config import schema as build

    if out is None:
        print_json(build())
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(build(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    note(f"{out}: written")
