"""`rag chat`."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.cli.options import Asked


def chat(
    chosen: Asked,
    go_on: Annotated[bool, typer.Option("--continue", help="Go on with the latest conversation.")] = False,
    no_save: Annotated[bool, typer.Option("--no-save", help="Keep nothing of this conversation.")] = False,
) -> None:
    """Talk with your files. Lines from a pipe are questions, too.

    What a terminal says is kept beside the index; of a pipe only with --continue. /help lists what else can be said;
    Ctrl-C stops an answer, Ctrl-D ends.
    """
    wanted = chosen.wanted
    pipeline = chosen.pipeline()
    if pipeline.store is not None and (views := pipeline.views()):
        pipeline.store.check(views)  # said once, and not below every question

    from rag.cli.conversation import Conversation
    from rag.cli.kept import Memory
    from rag.cli.prompt import Prompt
    from rag.cli.terminal import note
    from rag.memory.conversations import beside

    prompt = Prompt()
    kept = pipeline.store is not None and not no_save and (prompt.watched or go_on)
    memory = Memory(beside(pipeline.store.folder.absolute()) if kept and pipeline.store is not None else None)
    conversation = Conversation(pipeline, wanted, memory)
    if prompt.watched:
        note(f"{chosen.source}. /help for help, Ctrl-D to end.")
    if go_on:
        conversation.go_on()
    while (line := prompt.ask()) is not None:
        if not conversation.hear(line):
            break
