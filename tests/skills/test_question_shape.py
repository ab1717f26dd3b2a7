import numpy as np

from rag.skills.question_shape import BUCKETS, MARKS, buckets, marks, shape


def test_content_gives_way_and_function_words_stay() -> None:
    assert " ".join(shape("Who is the father of the composer of Carmen?")) == "^ who is the ~er of the ~er of ~"
    assert " ".join(shape("Which of 3 towns had a mayor in 1931?")) == "^ which of # ~s had a ~ in #year"


def test_the_same_shape_has_the_same_features_whatever_the_subject() -> None:
    one, two = "Who is older, Ada or Tim?", "who is older, Bob or Eva"
    assert np.array_equal(buckets(one), buckets(two))
    assert np.array_equal(marks(one), marks(two))
    assert not np.array_equal(buckets(one), buckets("Who is older than Bob?"))


def test_buckets_are_places_and_each_stands_once() -> None:
    found = buckets("the cat of the cat of the cat of the cat")
    assert (np.diff(found) > 0).all()
    assert 0 <= found.min() <= found.max() < BUCKETS


def test_marks_count_what_they_are_called() -> None:
    found = dict(
        zip(MARKS, marks("Did both the mother of Ann and the father of Tim, who died in 1901, vote?"), strict=True)
    )
    assert found["yes or no"] == 1
    assert found["of"] == 2
    assert found["both"] == 1
    assert found["commas"] == 2
    assert found["asking words inside"] == 1
    assert found["numbers"] == 1
    assert found["if"] == 0
    assert np.isfinite(marks("")).all()
