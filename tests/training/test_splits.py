from collections import Counter

from rag.training.splits import part


def test_parts_depend_on_the_key_alone_and_have_their_share() -> None:
    parts = Counter(part(f"document {number}", dev=0.1, test=0.2) for number in range(5000))
    assert 900 < parts["test"] < 1100
    assert 400 < parts["dev"] < 600
    assert part("Normans") == part("Normans")


def test_a_larger_test_part_holds_the_smaller_one() -> None:
    keys = [f"document {number}" for number in range(500)]
    small, large = ({key for key in keys if part(key, test=share) == "test"} for share in (0.1, 0.3))
    assert small < large
