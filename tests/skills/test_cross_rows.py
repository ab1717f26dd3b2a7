"""Rows: what is laid out where, and that windows read all of a passage."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rag.skills.cross_rows import CLS, HEAD, LONGEST, SEP, WINDOW, Role, body, row, windows

QUESTION = (Role.QUESTION, [7, 8])
ids = st.lists(st.integers(1000, 2000), max_size=700)


def test_a_pair_has_its_parts_in_order_each_in_its_role() -> None:
    made = row([QUESTION, (Role.PASSAGE, [5, 6, 7])])
    assert made.ids == [CLS, 7, 8, SEP, 5, 6, 7, SEP]
    assert made.roles == [Role.JUDGE_PASSAGE, *[Role.QUESTION] * 3, *[Role.PASSAGE] * 4]
    assert made.ids[made.begin : made.begin + made.size] == [5, 6, 7]


def test_the_first_token_says_which_judgement_is_wanted() -> None:
    claim, asked = row([(Role.CLAIM, [7]), (Role.PASSAGE, [5])]), row([QUESTION, (Role.PASSAGE, [5])])
    assert (claim.roles[0], asked.roles[0]) == (Role.JUDGE_CLAIM, Role.JUDGE_PASSAGE)


def test_a_title_is_of_the_passage_but_not_of_its_body() -> None:
    made = row([QUESTION, (Role.PASSAGE, [5, 6])], head=[40, 41])
    assert made.ids == [CLS, 7, 8, SEP, 40, 41, 5, 6, SEP]
    assert (made.begin, made.size) == (6, 2)
    assert set(made.roles[4:]) == {int(Role.PASSAGE)}


@given(ids, ids, st.lists(st.integers(1000, 2000), max_size=60))
def test_windows_hold_every_token_of_the_body_and_none_is_too_long(
    asked: list[int], body: list[int], head: list[int]
) -> None:
    read: dict[int, int] = {}
    for made in windows([(Role.QUESTION, asked), (Role.PASSAGE, body)], head=head):
        assert len(made.ids) == len(made.roles) <= WINDOW
        assert made.ids[1 : made.ids.index(SEP)] == asked[: LONGEST[Role.QUESTION]]
        assert made.ids[made.begin - len(head[:HEAD]) : made.begin] == head[:HEAD]
        read |= {made.skipped + at: token for at, token in enumerate(made.ids[made.begin : made.begin + made.size])}
    assert read == dict(enumerate(body))


def test_neighbouring_windows_share_tokens_so_that_no_answer_is_torn() -> None:
    made = list(windows([QUESTION, (Role.PASSAGE, list(range(1000, 1600)))]))
    assert len(made) > 2
    assert all(after.skipped < before.skipped + before.size - 30 for before, after in pairwise(made))


def test_passages_in_one_row_stand_behind_their_titles_and_know_whose_they_are() -> None:
    whole = body([([40, 41], [5, 6]), ([], [7]), ([42] * 60, [8, 9])])
    assert whole.ids == [40, 41, 5, 6, 7, *[42] * HEAD, 8, 9]
    assert whole.owners.tolist() == [-1, -1, 0, 0, 1, *[-1] * HEAD, 2, 2]
    assert whole.places[whole.owners >= 0].tolist() == [0, 1, 0, 0, 1]
    assert body([]).ids == []
