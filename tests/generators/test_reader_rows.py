"""The reader over rows of tables, lines of code and steps of a list: they are said and cited whole."""

import pytest
from langchain_core.documents import Document

from rag.generators.cells import better_a_row
from rag.generators.evidence import weigh
from rag.generators.reader import Reader
from rag.kinds import default_encoder
from rag.schema import Answer, Turn
from rag.skills.reader import Span


def answer_of(question: str, *passages: Document, reader: Reader | None = None) -> Answer:
    answer = (reader or Reader()).invoke(Turn(question, passages=passages)).answer
    assert answer is not None
    return answer


def test_words_of_a_table_are_cited_with_their_row() -> None:
    rows = ("name: Kreuzau; built: 1734; stone: red sandstone", "name: Wenau; built: 1802; stone: granite")
    passage = Document("\n".join(rows), id="0", metadata={"source": "bridges.csv", "start": 0, "format": "csv"})
    reader = Reader(brief_from=0, abstain_below=0)
    answer = answer_of("When was the bridge of Kreuzau built?", passage, reader=reader)
    assert (answer.text, [citation.quote for citation in answer.citations]) == ("1734 [1]", [rows[0]])
    for asked, said in (("Of what stone is Wenau?", rows[1]), ("When was Wenau built?", "1802")):
        answer = answer_of(asked, passage, reader=reader)
        assert (answer.text, [citation.quote for citation in answer.citations]) == (f"{said} [1]", [rows[1]])


def test_the_row_of_a_table_is_quoted_rather_than_a_sentence_about_the_table() -> None:
    prose = "A hotel night may cost up to the limit in the list of daily allowances, breakfast included."
    rows = "Country: Denmark; Full day (EUR): 75; Hotel limit (EUR per night): 165\nCountry: Sweden; Full day (EUR): 66"
    table = "# Limits\n\n| Country | Hotel limit |\n|---|---|\n| Denmark | 165 EUR |\n| Sweden | 150 EUR |"
    question = "How much is the hotel limit in Denmark?"
    for other, form, quoted in ((rows, "csv", "165"), (table, "md", "165 EUR")):
        passages = [
            Document(prose, id="0", metadata={"source": "policy.md", "start": 0}),
            Document(other, id="1", metadata={"source": f"rates.{form}", "start": 0, "format": form}),
        ]
        evidence = weigh(question, passages, default_encoder())
        assert evidence.pieces[0].quote.row
        assert quoted in evidence.pieces[0].quote.text
        start = prose.index("up to the limit")
        unsure, sure = (Span("up to the limit", 0, start, start + 15, score) for score in (0.1, 0.6))
        turn = Turn(question, passages=tuple(passages))
        assert better_a_row(turn, unsure, evidence)
        assert not better_a_row(turn, sure, evidence)


@pytest.mark.parametrize(
    ("question", "words", "better"),
    [
        ("How fast must the first response to a SEV2 be?", "15 minutes", True),
        ("How fast must the first response to a SEV2 be?", "1 hour", False),
        ("How fast must the first response to a SEV1 be?", "15 minutes", False),
        ("How fast must the first response be?", "15 minutes", False),
    ],
)
def test_words_of_a_row_that_the_question_does_not_name(question: str, words: str, better: bool) -> None:
    """A table without a rule below its head, as web pages and Word files have it, in a passage with prose."""
    text = (
        "On-call duty\n\nThe engineer on call carries the pager.\n\nSeverity | First response | Escalation\n"
        "SEV1 | 15 minutes | head of engineering\nSEV2 | 1 hour | team lead\nSEV3 | next working day | none\n"
    )
    turn = Turn(question, passages=(Document(text, id="0", metadata={"source": "oncall.html", "start": 0}),))
    start = text.index(words)
    span = Span(words, 0, start, start + len(words), 0.45)
    assert better_a_row(turn, span, weigh(question, list(turn.passages), default_encoder())) is better


CODE = (
    "MAX_ATTEMPTS = 6\nBASE_DELAY = 0.25\n\n\nclass RetryError(Exception):\n"
    '    """Raised when every attempt has failed."""\n'
)


def test_of_code_a_line_is_said_and_never_marks_alone() -> None:
    passage = Document(CODE, id="0", metadata={"source": "retry.py", "start": 0, "format": "code"})
    assert answer_of("What is the maximum number of attempts?", passage).text == "6 [1]"
    assert "RetryError" in answer_of("Which exception is raised when all attempts have failed?", passage).text


def test_rows_of_json_are_rows() -> None:
    rows = "name: Core; euros: 49\nname: Pro; euros: 129\nname: Enterprise; euros: 990"
    metadata = {"source": "plans.json", "start": 0, "format": "json", "columns": ["name", "euros"]}
    said = answer_of("How much does Pro cost?", Document(rows, id="0", metadata=metadata)).text
    assert "129" in said
    assert "990" not in said


def test_rows_that_the_question_does_not_name_are_not_quoted_beside_one_that_it_does() -> None:
    text = "Severity | First response\nSEV1 | 15 minutes\nSEV2 | 1 hour\nSEV3 | 2 days"
    for rows, form in (
        (text, "html"),
        (text.replace("SEV", "Severity: SEV").replace(" | ", "; First response: "), "csv"),
    ):
        passage = Document(rows, id="0", metadata={"source": "oncall", "start": 0, "format": form})
        assert "SEV3" not in answer_of("How fast is the response to SEV1 and SEV2?", passage).text
        one = answer_of("How fast is the response to SEV2?", passage).text
        assert "1 hour" in one
        assert "SEV1" not in one


def test_a_row_is_named_by_the_code_that_a_cell_begins_with() -> None:
    rows = "version: 21.04; name: Hippo\nversion: 22.04 LTS; name: Jellyfish\nversion: 22.10; name: Kudu"
    cut = rows.index("\nversion: 22.10")
    metadata = {"source": "releases.csv", "format": "csv", "title": "releases"}
    passages = [
        Document(rows[:cut], id="0", metadata={**metadata, "start": 0}),
        Document(rows[cut + 1 :], id="1", metadata={**metadata, "start": cut + 1}),
    ]
    for question, said, others in (
        ("What is the name of release 22.04?", "Jellyfish", ("Hippo", "Kudu")),
        ("What is the name of release 22.10?", "Kudu", ("Hippo", "Jellyfish")),
    ):
        answer = answer_of(question, *passages).text
        assert said in answer
        assert not any(other in answer for other in others)


def test_steps_below_a_heading_are_told_together() -> None:
    steps = "1. Enter the request in the portal.\n2. Your team lead approves it.\n3. It is shown in the team calendar."
    text = f"## How to apply for vacation\n\n{steps}\n\nUnpaid leave can be agreed with the team lead.\n"
    passage = Document(text, id="0", metadata={"source": "vacation.md", "start": 0, "format": "markdown"})
    assert answer_of("How do I apply for vacation?", passage).text.startswith(steps)
