"""Answers in which nothing but what is named is another: capitals, people, years; numbers, dates, units, lists."""

import pytest

from rag import skills

SWAPS = [
    ("What is the capital of France?", "Paris", "London", "The capital of France is {}."),
    ("what is the capital of germany", "Berlin", "Munich", "The capital of Germany is {}."),
    ("Who wrote Pride and Prejudice?", "Jane Austen", "Charles Dickens", "Pride and Prejudice was written by {}."),
    ("who painted the night watch", "Rembrandt", "Vermeer", "{} painted The Night Watch in Amsterdam."),
    ("When did the Berlin Wall fall?", "1989", "1991", "The Berlin Wall fell in {}."),
    ("when was the company founded", "3 May 1921", "3 May 1912", "The company was founded on {} by two brothers."),
    ("How many employees does the plant have?", "1,250", "1,520", "The plant has {} employees."),
    ("what is the chemical symbol of sodium", "Na", "K", "The chemical symbol of sodium is {}."),
    ("Which gas do plants take in?", "carbon dioxide", "oxygen", "Plants take in {} and give off another gas."),
    ("What is the largest organ of the human body?", "the skin", "the liver", "The largest organ is {}."),
    ("which protocol does the server speak", "HTTP/2", "FTP", "The server speaks {} on port 443."),
    ("Which warranty period applies?", "two years", "five years", "A warranty period of {} applies."),
    ("What colour is the emergency exit sign?", "green", "red", "The emergency exit sign is {}."),
    ("Where is the headquarters of Siemens?", "Munich", "Hamburg", "The headquarters of Siemens is in {}."),
    ("Who coached the team in 2014?", "Joachim Löw", "Jürgen Klinsmann", "In 2014 the team was coached by {}."),
]  # fmt: skip
LONG = " It is often asked about, and most books on it say so in their first chapter. There is more to read about it."


def score(question: str, reference: str, candidate: str) -> float:
    return float(skills.load("equivalence").score([(question, reference, candidate)])[0])


@pytest.mark.parametrize(("question", "one", "other", "frame"), SWAPS, ids=[swap[1] for swap in SWAPS])
def test_what_names_something_else_says_something_else(question: str, one: str, other: str, frame: str) -> None:
    for reference, wrong in ((one, other), (other, one)):
        assert score(question, reference, frame.format(wrong)) < 0.5
        assert score(question, reference, wrong) < 0.5
        assert score(question, reference, frame.format(wrong) + LONG) < 0.5
        assert score(question, reference, frame.format(reference)) >= 0.5
        assert score(question, reference, frame.format(reference) + LONG) >= 0.5


@pytest.mark.parametrize(
    ("question", "reference", "candidate", "same"),
    [
        ("how far is it", "5 km", "It is 5 kilometres.", True),
        ("how far is it", "5 kilometers", "5 km", True),
        ("how far is it", "5 km", "It is 6 kilometres.", False),
        ("when did it open", "16 August 1975", "It opened on August 16, 1975.", True),
        ("when did it open", "16 August 1975", "1975-08-16", True),
        ("when did it open", "16 August 1975", "It opened on August 16, 1957.", False),
        ("how many legs has a spider", "8", "A spider has eight legs.", True),
        ("how many legs has a spider", "eight", "8", True),
        ("how many legs has a spider", "eight", "A spider has six legs.", False),
        ("how many people live there", "1,200,000", "1200000 people live there.", True),
        ("how many people live there", "1,200,000", "About 1.2 million", True),
        ("how many people live there", "1,200,000", "About 1.3 million", False),
        ("who drew the plans", "Anna Weiss", "It was not Anna Weiss but Otto Rey.", False),
        ("who drew the plans", "Otto Rey", "It was not Anna Weiss but Otto Rey.", True),
        ("what are the primary colours", "red, yellow and blue", "Blue, red and yellow.", True),
        ("what are the primary colours", "red, yellow and blue", "Green, orange and purple.", False),
        ("is the mill open on Sundays", "yes", "Yes, it is open on Sundays.", True),
        ("is the mill open on Sundays", "yes", "No, it is closed on Sundays.", False),
        ("is the mill open on Sundays", "no", "Yes, it is open on Sundays.", False),
        ("who drew the plans", "Anna Weiss", "I do not know who drew the plans.", False),
        ("who drew the plans", "Anna Weiss", "Who drew the plans?", False),
    ],
)  # fmt: skip
def test_numbers_dates_units_lists_and_denials(question: str, reference: str, candidate: str, same: bool) -> None:
    assert (score(question, reference, candidate) >= 0.5) == same
