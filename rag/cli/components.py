"""`rag components`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.cli.completion import complete_component
from rag.cli.options import Json
from rag.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from rag.kinds import Kind


def components(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND|NAME", help="retriever, or bm25.", autocompletion=complete_component),
    ] = None,
    json: Json = False,
) -> None:
    """List what a configuration can name, or one component with its fields.

    rag components            every component
    rag components retriever  those of one kind
    rag components bm25       one, with its fields, types and defaults
    """
    from rag.cli.describe import describe
    from rag.cli.terminal import print_json
    from rag.kinds import KINDS
    from rag.registry import names

    everything = [(each, name) for each in KINDS for name in names(each)]
    wanted, _, name = (kind or "").rpartition(".")
    listed = [row for row in everything if kind in (None, row[0].name, f"{row[0].name}s")]
    single = [row for row in everything if row[1] == name and wanted in ("", row[0].name)]
    if kind is not None and not listed and not single:
        raise UsageError(_unknown(kind, everything))
    if json:
        print_json([describe(*row, fields=bool(single)) for row in listed or single])
    elif listed:
        _list(listed)
    else:
        for row in single:
            _one(describe(*row, fields=True))


def _list(rows: list[tuple[Kind, str]]) -> None:
    from rag.cli.columns import Columns
    from rag.cli.describe import describe

    lines, last = [], ""
    for kind, name in rows:
        lines.append((kind.name if kind.name != last else "", name, describe(kind, name, fields=False)["doc"]))
        last = kind.name
    Columns(styles=("dim", "cyan", "")).print(lines)


def _one(found: dict[str, Any]) -> None:
    from rag.cli.columns import Columns
    from rag.cli.terminal import hang, out, rich_text

    out().print(rich_text((found["name"], "cyan"), (f"  {found['kind']}, {found['class']}", "dim")))
    for paragraph in found["doc"].split("\n\n"):
        out().print()
        hang(out(), rich_text("  ", " ".join(paragraph.split())), 2)
    if found["fields"]:
        out().print()
        Columns(head=("field", "type", "default", ""), styles=("cyan", "", "dim", ""), indent=2).print(
            [(field["name"], field["type"], _default(field), field["doc"]) for field in found["fields"]]
        )


def _default(field: dict[str, Any]) -> str:
    if field["shared"]:
        return "shared"
    if field["required"]:
        return "required"
    return "null" if field["default"] is None else str(field["default"])


def _unknown(word: str, rows: list[tuple[Kind, str]]) -> str:
    kinds = list(dict.fromkeys(kind.name for kind, _ in rows))
    hint = did_you_mean(word, [*kinds, *(name for _, name in rows)])
    return f"no kind and no component is called {word!r}; kinds: {', '.join(kinds)}. {hint}".rstrip()
