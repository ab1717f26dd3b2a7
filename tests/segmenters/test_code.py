from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document

from rag.encoders.minilm import MiniLM
from rag.segmenters.code import Code

PYTHON = '''"""Bread, from flour to crust."""

import math


# How hot the oven is,
# in degrees.
@cache
def heat(minutes: int) -> float:
    """The heat after some minutes: it grows towards 250 degrees, fast at first and slowly at last."""
    return 250 * (1 - math.exp(-minutes / 12))


class Loaf:
    """A loaf of bread."""

    def __init__(self, grams: int) -> None:
        self.grams = grams  # of flour

    def weight(self) -> float:
        return self.grams * 1.7

    def minutes(self, heat: float, crust: str = "thin") -> int:
        """How long to bake: heavier loaves and thicker crusts take longer, hotter ovens bake faster."""
        base = 20 + self.grams / 50
        thick = {"thin": 0, "thick": 5, "very thick": 9}
        return round((base + thick[crust]) * 220 / heat)
'''


def parts(encoder: MiniLM, text: str, max_tokens: int, **metadata: Any) -> list[tuple[str | None, str, str]]:
    document = Document(text, metadata=metadata)
    return [
        (segment.metadata.get("symbol"), segment.metadata["kind"], text[segment.start : segment.end])
        for segment in Code(encoder=encoder, max_tokens=max_tokens).segments(document)
    ]


def test_functions_and_classes(encoder: MiniLM) -> None:
    head, heat, loaf, minutes = parts(encoder, PYTHON, 100, source="bread.py")
    assert head == (None, "module", '"""Bread, from flour to crust."""\n\nimport math')
    assert heat[:2] == ("heat", "function")
    assert heat[2].startswith("# How hot the oven is,\n# in degrees.\n@cache\ndef heat")
    assert loaf[:2] == ("Loaf", "class")
    assert '"""A loaf of bread."""' in loaf[2] and "def weight" in loaf[2] and loaf[2].endswith("* 1.7")
    assert minutes[:2] == ("Loaf.minutes", "method")


def test_a_source_that_does_not_say_is_of_the_language_given(encoder: MiniLM) -> None:
    told = {source: Document(PYTHON, metadata={"source": source}) for source in ("corpus.jsonl#7", "a.py", "a.js")}
    known = Code(encoder=encoder, language="py")
    assert known.transform_documents([told["corpus.jsonl#7"]])[2].metadata["symbol"] == "Loaf"
    languages = {name: known.transform_documents([one])[0].metadata.get("language") for name, one in told.items()}
    assert languages == {"corpus.jsonl#7": "python", "a.py": "python", "a.js": "javascript"}
    (first, *_) = Code(encoder=encoder).transform_documents([told["corpus.jsonl#7"]])
    assert "no grammar" in first.metadata["reason"]


def test_a_class_that_fits_is_whole(encoder: MiniLM) -> None:
    assert parts(encoder, PYTHON, 200, source="bread.py")[-1][:2] == ("Loaf", "class")


def test_a_long_function_is_cut_between_statements(encoder: MiniLM) -> None:
    text = "def knead():\n" + "".join(f"    fold_the_dough(times={i}, rest=True)\n" for i in range(30))
    found = parts(encoder, text, 60, language="python")
    assert {(symbol, kind) for symbol, kind, _ in found} == {("knead", "function")}
    assert all(code.endswith("rest=True)") for _, _, code in found)


@pytest.mark.parametrize(
    ("source", "text", "symbol", "kind"),
    [
        ("a.js", "export const bake = (loaf) => {\n  return loaf.crust\n}", "bake", "function"),
        ("a.ts", "interface Loaf { grams: number; crust: string }", "Loaf", "interface"),
        ("A.java", "class Loaf {\n  int grams() { return 500; }\n}", "Loaf", "class"),
        ("a.go", "// Bake bakes.\nfunc (o *Oven) Bake(l Loaf) error { return nil }", "Bake", "method"),
        ("a.rs", "#[test]\nfn rises() { assert!(dough().rises()); }", "rises", "function"),
        ("a.c", "int *bake(int minutes) { return 0; }", "bake", "function"),
        ("a.cpp", "double Loaf::weight() const { return 1.7 * grams; }", "Loaf::weight", "function"),
        ("a.rb", "class Loaf\n  def weight = 1.7\nend", "Loaf", "class"),
        ("a.php", "<?php\nfunction bake($loaf) { return $loaf; }", "bake", "function"),
    ],
)  # fmt: skip
def test_languages(encoder: MiniLM, source: str, text: str, symbol: str, kind: str) -> None:
    found = parts(encoder, text, 30, source=source)
    assert found[-1][:2] == (symbol, kind)
    assert found[-1][2] == text.removeprefix("<?php\n")


def test_without_a_grammar_the_text_is_cut_and_the_reason_given(encoder: MiniLM) -> None:
    (segment,) = Code(encoder=encoder).segments(Document("knead 3\nbake 40", metadata={"source": "bread.dough"}))
    assert segment.metadata["reason"] == "no grammar for bread.dough: cut as text"


tokens = st.sampled_from(
    [
        "def f():\n",
        "    x = 1\n",
        "class A:\n",
        "\n",
        "# größe\n",
        "@d\n",
        "'''",
        "(",
        "]",
        "{\n",
        "}",
        "if x:\n",
        "é👩‍👩‍👧",
        "0," * 30,
        "\t",
    ]
)


@given(st.lists(tokens | st.text(max_size=6), max_size=40).map("".join), st.sampled_from(["python", "c", "json"]))
@settings(max_examples=60, deadline=None)
def test_promises(encoder: MiniLM, check: Callable[..., None], text: str, language: str) -> None:
    document = Document(text, metadata={"language": language})
    check(document, Code(encoder=encoder, max_tokens=20).segments(document), 20, once=True)


def test_deep_nesting(encoder: MiniLM, check: Callable[..., None]) -> None:
    document = Document("x = " + "[" * 1200 + "]" * 1200, metadata={"language": "python"})
    check(document, Code(encoder=encoder, max_tokens=100).segments(document), 100, once=True)


def told(encoder: MiniLM, text: str, max_tokens: int = 60, **metadata: Any) -> dict[str, tuple[str, str]]:
    """Signature and docstring by symbol."""
    found = Code(encoder=encoder, max_tokens=max_tokens).segments(Document(text, metadata=metadata))
    return {
        part.metadata["symbol"]: (part.metadata["signature"], part.metadata.get("docstring", ""))
        for part in found
        if "signature" in part.metadata
    }


def test_a_definition_says_how_it_is_called_and_what_it_does(encoder: MiniLM) -> None:
    found = told(encoder, PYTHON, 100, source="bread.py")
    assert found["heat"] == (
        "def heat(minutes: int) -> float",
        "The heat after some minutes: it grows towards 250 degrees, fast at first and slowly at last.",
    )
    signature, docstring = found["Loaf.minutes"]
    assert signature == 'def minutes(self, heat: float, crust: str = "thin") -> int'
    assert docstring.startswith("How long to bake")


@pytest.mark.parametrize("said", ["Reads it.", "Builds rUbber.", "r"])
@pytest.mark.parametrize("frame", ['"""', "'''", 'r"""', 'bR"""', '"', "u'"])
def test_a_docstring_keeps_its_first_letters(encoder: MiniLM, frame: str, said: str) -> None:
    text = f"def read(path):\n    {frame}{said}{frame.lstrip('rRbBuU')}\n    return open(path)"
    assert told(encoder, text, source="a.py")["read"] == ("def read(path)", said)


RUST = """/// Adds two numbers,
/// slowly.
///
/// Panics when tired.
pub fn add(first: i64, second: i64) -> i64 {
    let mut sum = first; for _ in 0..second { sum += 1; } println!("{}", sum); sum
}
"""
SCRIPT = """/**
 * Says hello to {@link who}.
 */
export const greet = async (who, times = 3) => {
  for (let i = 0; i < times; i++) { await speak(`hello ${who}, this is the ${i}th time, and not the last`); }
};

class Kettle extends Pot {
  boil(water) { return water.heat(100).then((steam) => this.whistle(steam, { loud: true, long: false })); }
}
"""
GO = """// Weigh gives the grams of a loaf.
func (l *Loaf) Weigh(scale Scale, tare int) (int, error) {
\tgrams, err := scale.Read(l); if err != nil { return 0, err }; return grams - tare, nil
}
"""


@pytest.mark.parametrize(
    ("source", "text", "symbol", "signature", "docstring"),
    [
        ("a.rs", RUST, "add", "pub fn add(first: i64, second: i64) -> i64", "Adds two numbers, slowly."),
        ("a.js", SCRIPT, "greet", "greet = async (who, times = 3)", "Says hello to {@link who}."),
        ("a.js", SCRIPT, "Kettle", "class Kettle extends Pot", ""),
        (
            "a.go",
            GO,
            "Weigh",
            "func (l *Loaf) Weigh(scale Scale, tare int) (int, error)",
            "Weigh gives the grams of a loaf.",
        ),
    ],
)
def test_other_languages_say_it_above(
    encoder: MiniLM, source: str, text: str, symbol: str, signature: str, docstring: str
) -> None:
    assert told(encoder, text, 120, source=source)[symbol] == (signature, docstring)
