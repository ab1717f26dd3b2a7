"""Of several prices, people or times the one that is asked for is the answer."""

from itertools import pairwise

import pytest
from langchain_core.documents import Document

from rag import skills
from rag.generators.meant import meant
from rag.generators.reader import Reader
from rag.schema import Turn

STORAGE = (
    "Starter comes with 5 GB of storage. Team comes with 100 GB. Enterprise storage is unlimited. The Starter plan "
    "costs 9 euros a month and includes one user. The Team plan costs 25 euros per user a month."
)
PLANS = (
    "- **Free**: 0 euros, 3 projects, community support\n- **Pro**: 12 euros per user, 50 projects, support by mail "
    "within 24 hours\n- **Business**: 29 euros per user, unlimited projects, support by phone within 2 hours"
)
BANK = (
    "Kestrel Bank was founded in 1921 by Martha Kolb in Dresden. For sixty years it lent money to farmers. In 1998 the "
    "bank was bought by Orion Group for 80 million marks. Since 2015 the chief executive has been Paul Wirth."
)
HOLIDAYS = "Employees in Norway have 25 days of holiday. Employees in Sweden have 28 days. In Denmark it is 30 days."


def turn_of(question: str, *texts: str) -> Turn:
    passages = (Document(text, id=str(at), metadata={"source": str(at), "start": 0}) for at, text in enumerate(texts))
    return Turn(question, passages=tuple(passages))


def said(question: str, *texts: str) -> str:
    answer = Reader().invoke(turn_of(question, *texts)).answer
    assert answer is not None
    return answer.text


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("How much storage does the Team plan have?", STORAGE, "100 GB [1]"),
        ("How much storage does the Starter plan have?", STORAGE, "5 GB [1]"),
        ("How much does the Team plan cost?", STORAGE, "25 euros"),
        ("How many projects does the Pro plan include?", PLANS, "50 [1]"),
        ("How many projects does the Free plan have?", PLANS, "3 [1]"),
        ("Who bought the bank?", BANK, "Orion Group [1]"),
        ("Who founded the bank?", BANK, "Martha Kolb [1]"),
        ("Who is the chief executive?", BANK, "Paul Wirth [1]"),
        ("How many days of holiday do employees in Denmark have?", HOLIDAYS, "30 "),
        ("How many days of holiday do employees in Norway have?", HOLIDAYS, "25 "),
    ],
)
def test_what_stands_beside_the_words_of_the_question_is_said(question: str, text: str, expected: str) -> None:
    assert said(question, text).startswith(expected)


def test_of_several_passages_the_one_about_the_thing_is_meant() -> None:
    plans = [f"{name} costs {price} euros a month." for name, price in (("Basic", 9), ("Plus", 25), ("Studio", 40))]
    for place, (name, price) in enumerate((("Basic", 9), ("Plus", 25), ("Studio", 40))):
        for texts in (plans, plans[::-1]):
            number = texts.index(plans[place]) + 1
            text = said(f"How much does {name} cost?", *texts)
            assert text.startswith(f"{price} euros")
            assert text.endswith(f"[{number}]")


def test_rivals_are_near_and_apart() -> None:
    skill = skills.load("reader")
    question = "How many days of holiday do employees in Denmark have?"
    (best,), _ = skill.read(question, [HOLIDAYS], most=1)
    near = skill.rivals(question, [HOLIDAYS], [], best, 1.2)
    assert near[0] == best
    assert {"28", "30"} < {one.text.removesuffix(" days") for one in near}
    assert all(best.log_odds - one.log_odds <= 1.2 for one in near)
    ordered = sorted(near, key=lambda one: one.start)
    assert all(one.end <= other.start for one, other in pairwise(ordered))
    assert skill.rivals(question, [HOLIDAYS], [], best, 0.0) == [best]
    assert len(skill.rivals(question, [HOLIDAYS], [], best, 9.0)) > len(near)


def test_words_that_cannot_be_read_are_left_alone() -> None:
    turn = turn_of("Сколько стоит план Team?", "План Basic стоит 9 евро в месяц. План Team стоит 25 евро в месяц.")
    reader = Reader()
    evidence = reader._weighed(turn)
    assert evidence.known.weight < 1
    skill = skills.load("reader")
    (best, *_), _ = skill.read(turn.search, [turn.passages[0].page_content])
    assert meant(skill, turn, evidence, best) == best
