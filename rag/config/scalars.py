"""Scalars of YAML 1.2's core schema: text to values and back."""

from __future__ import annotations

import math
import re

from rag.config.node import Scalar

__all__ = ["quote", "resolve", "write"]

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 400  # characters: Python takes quadratic time on longer integers
_BARE = re.compile(r"[A-Za-z_./~](?:[\w./+@~-]|:(?=\w))*(?: [\w./+@~(-][\w./+@~()-]*)*", re.ASCII)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def resolve(text: str) -> Scalar:
    """The value of an unquoted scalar. `yes`, `off` and dates are text, as YAML 1.2 has it."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text


def write(value: Scalar) -> str:
    """A scalar as YAML on one line, quoted only where it must be."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _WRITTEN.get(value, "") or (repr(value) if value == value else ".nan")  # noqa: PLR0124  # not a number
    if isinstance(value, int):
        return str(value)
    return value if _BARE.fullmatch(value) and isinstance(resolve(value), str) else quote(value)


_WRITTEN = {math.inf: ".inf", -math.inf: "-.inf"}


def quote(text: str) -> str:
    """Text in double quotes, with YAML's escapes for what does not print."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
