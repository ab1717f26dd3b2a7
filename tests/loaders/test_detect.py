from __future__ import annotations

import pytest

from rag.loaders import IGNORED, LANGUAGES, READERS, SUFFIXES, UNSUPPORTED
from rag.loaders.detect import format_of
from rag.loaders.part import Blob, Unreadable


def test_the_tables_agree() -> None:
    assert set(SUFFIXES.values()) <= set(READERS)
    assert not (set(SUFFIXES) & IGNORED or set(SUFFIXES) & set(UNSUPPORTED) or IGNORED & set(UNSUPPORTED))


def test_every_language_has_a_grammar() -> None:
    from tree_sitter_language_pack import SupportedLanguage

    known = set(SupportedLanguage.__args__)
    assert {language for language in LANGUAGES.values() if language not in known} <= {"text"}


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("Report.PDF", "", "pdf"),
        ("Makefile", "", "code"),
        ("page", "text/html", "html"),
        ("data", "application/json", "json"),
        ("notes.log.gz", "", "gzip"),
        ("NOTES", "text/plain", "text"),
    ],
)
def test_name_then_declaration(name: str, media_type: str, expected: str) -> None:
    assert format_of(Blob(b"plain words", name, name, media_type)) == expected


def test_a_server_knows_better_than_the_suffix_of_a_url() -> None:
    url = "https://lab.example/index.php"
    assert format_of(Blob(b"", "index.php", url, "text/html")) == "html"
    assert format_of(Blob(b"", "index.php", "index.php", "text/html")) == "code"


def test_nameless_bytes_are_recognised(samples: dict[str, bytes]) -> None:
    for name in ("rules.pdf", "rules.docx", "talk.pptx", "book.xlsx", "winters.epub", "page.html", "letter.rtf"):
        assert format_of(Blob(samples[name], "", "stdin")) == name.rpartition(".")[2]
    assert format_of(Blob(samples["notes.txt"], "", "stdin")) == "text"
    assert format_of(Blob(samples["notes.txt.gz"], "", "stdin")) == "gzip"


@pytest.mark.parametrize(
    ("name", "reason"), [("old.doc", "save it as .docx"), ("pack.zip", "unpack it"), ("photo.jpg", "holds no text")]
)
def test_no_reader(name: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        format_of(Blob(b"", name, name))
