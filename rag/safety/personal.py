"""Personal data that has a form: e-mail addresses, telephone numbers, payment cards, bank accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

__all__ = ["PERSONAL", "Personal", "personal"]

Personal = Literal["email", "iban", "card", "phone"]
PERSONAL: tuple[Personal, ...] = ("email", "iban", "card", "phone")
"""Longest forms first: where two overlap, the first of these is taken."""

_FORMS: dict[Personal, re.Pattern[str]] = {
    "email": re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-zA-Z]{2,24}(?![\w-])"),
    "iban": re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?(?!\w)"),
    "card": re.compile(r"(?<![\w.,-])\d(?:[ -]?\d){12,18}(?![\w-]|[.,]\d)"),
    "phone": re.compile(
        r"(?<![\w.,/+-])(?<!\d )(?:\+\d{1,3}[ ./-]?(?:\(0?\d{0,4}\)[ ./-]?)?\d(?:[ ./-]?\d){5,12}"  # +45 5555 0199
        r"|\(\d{2,5}\)[ ./-]?\d{3,4}[ ./-]?\d{2,5}"  # (030) 1234 5678
        r"|\d{3}[.-]\d{3}[.-]\d{4}"  # 555-010-0199
        r"|00\d{1,3}[ /-]\d(?:[ /-]?\d){6,11}"
        r"|0\d{2,4}[ /-]\d{3,4}[ -]?\d{2,5})(?![\w-]|[.,]\d)"
    ),
}


def personal(text: str, kinds: Iterable[str] = PERSONAL) -> list[tuple[Personal, int, int]]:
    """Kind, start and end of all personal data of some kinds in a text, in order and apart."""
    taken: list[tuple[Personal, int, int]] = []
    wanted = set(kinds)
    for kind in PERSONAL:
        if kind not in wanted:
            continue
        for match in _FORMS[kind].finditer(text):
            start, end = match.span()
            if _valid(kind, match[0]) and all(end <= low or high <= start for _, low, high in taken):
                taken.append((kind, start, end))
    return sorted(taken, key=lambda found: found[1])


def _valid(kind: Personal, said: str) -> bool:
    if kind == "card":
        return _luhn(re.sub(r"\D", "", said))
    if kind == "iban":
        return _mod_97(re.sub(r"[ -]", "", said))
    return kind != "phone" or len(set(re.sub(r"\D", "", said))) > 2


def _luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812)."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _mod_97(account: str) -> bool:
    """The check digits of an IBAN (ISO 13616)."""
    moved = account[4:] + account[:4]
    return 15 <= len(account) <= 34 and int("".join(str(int(character, 36)) for character in moved)) % 97 == 1
