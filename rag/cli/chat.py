"""`rag chat`."""

from __future__ import annotations

from rag.cli.options import Asked


def chat(chosen: Asked) -> None:
    """Talk with your files. Lines from a pipe are questions, too.

    /help lists what else can be said; Ctrl-C stops an answer, Ctrl-D ends.
    """
    wanted = chosen.wanted
    pipeline = chosen.pipeline()

    from rag.cli.conversation import Conversation
    from rag.cli.prompt import Prompt
    from rag.cli.terminal import note

    prompt = Prompt()
    conversation = Conversation(pipeline, wanted)
    if prompt.watched:
        note(f"{chosen.source}. /help for help, Ctrl-D to end.")
    while (line := prompt.ask()) is not None:
        if not conversation.hear(line):
            break
