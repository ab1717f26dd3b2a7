"""Questions about who stands behind a name are two."""

import pytest

from rag.comparison.question import comparison


@pytest.mark.parametrize(
    ("question", "name", "through", "ask", "kind"),
    [
        (
            "Where was the director of the film Grey Harbour born?",
            "Grey Harbour",
            "Who is the director of the film {}?",
            "Where was {} born?",
            "words",
        ),
        (
            "What is the date of birth of the performer of song Tin Whistle (Ada Lund song)?",
            "Tin Whistle (Ada Lund song)",
            "Who is the performer of the song {}?",
            "What is the date of birth of {}?",
            "date",
        ),
        ("When did Ada Lund's father die?", "Ada Lund", "Who is the father of {}?", "When did {} die?", "date"),
        (
            "Which country the composer of film Grey Harbour is from?",
            "Grey Harbour",
            "Who is the composer of the film {}?",
            "Which country {} is from?",
            "nation",
        ),
        (
            "Who is the spouse of the author of The Long Pier?",
            "The Long Pier",
            "Who is the author of {}?",
            "Who is the spouse of {}?",
            "words",
        ),
    ],
)
def test_a_nested_question_is_two(question: str, name: str, through: str, ask: str, kind: str) -> None:
    found = comparison(question)
    assert found is not None
    assert (found.operands, found.through) == (((name,),), through)
    assert (found.judge, found.attribute.ask, found.attribute.kind) == ("single", ask, kind)


@pytest.mark.parametrize(
    "question",
    [
        "Who is the director of the film Grey Harbour?",
        "What is the name of the director of Grey Harbour?",
        "What county lies beside the county where the singer of Grey Harbour was born?",
        "Where was the director born?",
        "Where is the bridge that Ada Lund's father built?",
    ],
)
def test_other_questions_are_not_nested(question: str) -> None:
    assert comparison(question) is None
