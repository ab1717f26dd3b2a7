"""Answer equivalence by rules."""

import pytest

from rag.skills.agreement import AGREED, agreement


@pytest.mark.parametrize(
    ("question", "reference", "candidate", "same"),
    [
        ("why is the sky blue", "light scattering", "scattering of light", True),
        ("who got the first nobel prize in physics", "Wilhelm Conrad Röntgen", "It was Wilhelm Röntgen in 1901.", True),
        ("who found x-rays", "Wilhelm Conrad Röntgen", "Roentgen", True),
        ("how many", "twelve", "There are 12 of them.", True),
        ("how many people", "1,200 people", "1200", True),
        ("how many people", "1,200 people", "1,300 people", False),
        ("what year", "in 1902", "1903", False),
        ("which city", "Paris", "not Paris", False),
        ("which city", "Paris", "London", False),
        ("which city", "Paris", "", False),
        ("which article", "The", "A cat", False),
    ],
)
def test_agreement(question: str, reference: str, candidate: str, same: bool) -> None:
    assert (agreement(question, reference, candidate) >= AGREED) == same
