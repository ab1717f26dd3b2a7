"""Which part of the data a record belongs to: by the hash of its document, so that no document is in two parts."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

__all__ = ["Part", "fraction", "part"]

Part = Literal["train", "dev", "test"]
"""Learnt from; stopped and calibrated by; measured on."""


def fraction(key: str) -> float:
    """A number in [0, 1) that only depends on the key."""
    return int.from_bytes(sha256(key.encode()).digest()[:8], "big") / 2**64


def part(key: str, *, dev: float = 0.1, test: float = 0.2) -> Part:
    """The part of the document with that key: the same in every run, whatever else is in the data."""
    place = fraction(key)
    if place < test:
        return "test"
    return "dev" if place < test + dev else "train"
