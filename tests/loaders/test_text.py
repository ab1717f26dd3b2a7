from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.loaders.text import Binary, clean, decode

GERMAN = "Größe und Gewicht der Prüflinge; Öffnungszeiten täglich außer sonntags. " * 3
RUSSIAN = "Лаборатория открыта с восьми до шести, кроме воскресенья. " * 3
JAPANESE = "研究室は八時から六時まで開いています。日曜日は休みです。" * 3


@given(st.text())
def test_cleaning_changes_newlines_nuls_and_surrogates_only(text: str) -> None:
    kept = [char for char in text.replace("\r\n", "\n").replace("\r", "\n") if char != "\0"]
    assert clean(text) == "".join(kept)
    assert clean("a\ud800b" + text) == "ab" + clean(text)


@given(st.text().filter(lambda text: not text.startswith("\0")), st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_a_byte_order_mark_decides(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == clean(text)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
def test_unicode_without_a_mark(codec: str) -> None:
    assert decode(GERMAN.encode(codec)) == GERMAN


@pytest.mark.parametrize(
    ("text", "codec"), [(GERMAN, "cp1252"), (RUSSIAN, "cp1251"), (JAPANESE, "cp932"), (JAPANESE, "euc_jp")]
)
def test_legacy_encodings_are_detected(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == text


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("café opens at nine, crème is four euros.", "cp1252"),
        ("Señor Núñez paid 4 euros", "cp1252"),
        ("Zażółć gęślą jaźń", "cp1250"),
    ],
)
def test_a_line_that_several_encodings_could_have_written(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == text


def test_detection_looks_where_the_unusual_characters_are() -> None:
    text = "plain line\n" * 200_000 + GERMAN
    assert decode(text.encode("cp1252")) == text


def test_what_is_declared_beats_what_is_guessed_but_not_what_is_valid() -> None:
    assert decode("naïve".encode("cp1252"), "ISO-8859-1") == "naïve"
    assert decode("naïve".encode(), "iso-8859-1") == "naïve"
    assert decode(JAPANESE.encode("iso2022_jp"), "ISO-2022-JP") == JAPANESE


@pytest.mark.parametrize("label", ["klingon", "zlib", "rot13", "", "utf-8\0"])
def test_a_nonsensical_declaration_is_ignored(label: str) -> None:
    assert decode(GERMAN.encode("cp1252"), label) == GERMAN


def test_a_few_damaged_bytes_do_not_make_utf8_something_else() -> None:
    data = bytearray(RUSSIAN.encode())
    data[40] = 0xFF
    text = decode(bytes(data))
    assert text.count("\ufffd") <= 2
    assert text.endswith("кроме воскресенья. ")


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, b"\x7fELF" + b"\0\1\2\3" * 500])
def test_binary_data_are_not_text(data: bytes) -> None:
    with pytest.raises(Binary):
        decode(data)
