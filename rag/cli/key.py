"""`rag key`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import Json
from rag.cli.serve import FILE_OF_KEYS
from rag.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from rag.server.keys import Keys

ACTIONS = ("create", "list", "revoke")


def key(  # noqa: PLR0913, PLR0917  # each is an option
    action: Annotated[str, typer.Argument(metavar="create|list|revoke", help="What to do.")],
    wanted: Annotated[str | None, typer.Argument(metavar="[ID|NAME]", help="The key to revoke.")] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="Whose key it is.")] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="SCOPE", help="ask, index (uploads) or admin (everything). Repeatable.  [default: ask]"),
    ] = None,
    collection: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Sees only this collection. Repeatable.  [default: every document]"),
    ] = None,
    rate: Annotated[int | None, typer.Option(min=1, help="Requests a minute at most.")] = None,
    keys: Annotated[
        Path, typer.Option(envvar="RAG_KEYS", show_envvar=False, metavar="FILE", help="The file of keys.")
    ] = FILE_OF_KEYS,
    json: Json = False,
) -> None:
    """Make, list and revoke the API keys of `rag serve`.

    A new key is printed once; the file holds its SHA-256 only. A running server sees a change at once.
    """
    if action not in ACTIONS:
        raise UsageError(f"rag key {action}: there are {', '.join(ACTIONS)}. {did_you_mean(action, ACTIONS)}".rstrip())
    if (action == "revoke") != (wanted is not None):
        raise UsageError(
            "rag key revoke ID|NAME takes one key" if action == "revoke" else f"rag key {action} takes no ID"
        )

    from rag.server.keys import Keys

    known = Keys(keys)
    if action == "create":
        _create(known, name, scope, collection, rate, json=json)
    elif action == "list":
        _list(known, json=json)
    else:
        assert wanted is not None
        from rag.cli.terminal import note

        note(f"{known.revoke(wanted).id} revoked")


def _create(  # noqa: PLR0913  # each is an option
    known: Keys, name: str, scope: list[str] | None, collection: list[str] | None, rate: int | None, *, json: bool
) -> None:
    from rag.cli.terminal import note, out, print_json

    made, secret = known.create(name, scope or ["ask"], collection, rate)
    if json:
        print_json({"id": made.id, "key": secret})
        return
    out().print(secret, soft_wrap=True)
    note(f"{made.id}: {', '.join(made.scopes)}; in {known.file}. It is not shown again.")


def _list(known: Keys, *, json: bool) -> None:
    from rag.cli.columns import Columns
    from rag.cli.terminal import print_json

    rows = known.all()
    if json:
        print_json([
            {
                "id": one.id, "name": one.name, "scopes": one.scopes, "collections": one.collections, "rate": one.rate,
                "created": one.created,
            }
            for one in rows
        ])  # fmt: skip
        return
    Columns(("id", "name", "scopes", "collections", "a minute", "created")).print(
        (
            one.id,
            one.name,
            ", ".join(one.scopes),
            "all" if one.collections is None else ", ".join(one.collections),
            str(one.rate or ""),
            one.created,
        )
        for one in rows
    )
