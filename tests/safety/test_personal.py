"""Personal data by its form: check digits are checked, and figures that are none are left alone."""

from __future__ import annotations

import pytest

from rag.safety.personal import personal


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("Write to travel@larkspur.example.", "email", "travel@larkspur.example"),
        ("Call +45 5555 0199, at any hour.", "phone", "+45 5555 0199"),
        ("Call (030) 1234 5678 or come by.", "phone", "(030) 1234 5678"),
        ("Call 555-010-0199.", "phone", "555-010-0199"),
        ("Card 4111 1111 1111 1111 expires.", "card", "4111 1111 1111 1111"),
        ("Card 378282246310005.", "card", "378282246310005"),
        ("Pay to DE89 3704 0044 0532 0130 00 soon.", "iban", "DE89 3704 0044 0532 0130 00"),
        ("GB82WEST12345698765432", "iban", "GB82WEST12345698765432"),
    ],
)
def test_it_is_found_whole(text: str, kind: str, found: str) -> None:
    assert [(k, text[start:end]) for k, start, end in personal(text)] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    [
        "Card 4111 1111 1111 1112 expires.",  # a wrong check digit
        "DE88 3704 0044 0532 0130 00",
        "0000 0000 0000 0000",
        "On 2024-05-17 at 10:30 it cost 1,234,567.89 EUR.",
        "ISBN 978-3-16-148410-0, arXiv 2302.12173, version 1.2.3.4",
        "From 1999 to 2003, pages 1234-1250, 10.0.0.1",
        "@home and a @ b",
    ],
)
def test_what_is_none_is_left_alone(text: str) -> None:
    assert personal(text) == []


def test_only_what_is_asked_for() -> None:
    text = "bob@acme.example or +45 5555 0199"
    assert [kind for kind, _, _ in personal(text, ["phone"])] == ["phone"]
