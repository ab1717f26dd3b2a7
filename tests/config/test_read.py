"""YAML text to a tree with places."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.config.node import Node
from rag.config.read import MAX_BYTES, read_file, read_text
from rag.errors import Problem


def read(text: str) -> Node:
    node, problems = read_text(text, "rag.yaml")
    assert not problems
    return node


def wrong(text: str) -> Problem:
    _, problems = read_text(text, "rag.yaml")
    (only,) = problems
    return only


def test_every_key_and_value_has_its_place() -> None:
    node = read("index:\n  path: .rag\npipeline:\n- retrieve: {top_k: 5}\n")
    path = node.entries["index"].entries["path"]
    assert (path.key.line, path.key.column, path.place.line, path.place.column) == (2, 3, 2, 9)
    top_k = node.entries["pipeline"].members[0].entries["retrieve"].entries["top_k"]
    assert (top_k.key.line, top_k.key.column, top_k.place.line, top_k.place.column) == (4, 14, 4, 21)
    assert top_k.source == "rag.yaml:4"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("False", False), ("yes", "yes"), ("off", "off"), ("on", "on"), ("null", None), ("~", None),
        ("", None), ("5", 5), ("-5", -5), ("0o17", 15), ("0x1F", 31), ("017", 17), ("5.", 5.0), ("1e3", 1000.0),
        (".5", 0.5), (".inf", math.inf), ("-.inf", -math.inf), ("2024-01-31", "2024-01-31"), ("1_000", "1_000"),
        ("12:30", "12:30"), ("'5'", "5"), ('"true"', "true"), ("!!str 5", "5"), ("!!int '5'", 5),
        ("9" * 500, "9" * 500),
    ],
)  # fmt: skip
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    found = read(f"x: {text}").entries["x"].value
    assert found == value
    assert type(found) is type(value)


def test_anchors_and_merge_keys() -> None:
    node = read("x-base: &base {top_k: 5, use: words}\na: *base\nb: {<<: *base, top_k: 9}\nc: {<<: [{k: 1}, {k: 2}]}\n")
    assert node.plain()["a"] == {"top_k": 5, "use": "words"}
    assert node.plain()["b"] == {"top_k": 9, "use": "words"}
    assert node.plain()["c"] == {"k": 1}
    assert node.entries["a"].place.line == 1  # what it says stands at the anchor
    assert node.entries["b"].entries["use"].place.line == 1


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert read("").plain() == read("# nothing\n").plain() == read("---\n").plain() == {}


def test_syntax_errors_name_the_line() -> None:
    found = wrong("version: 1\npipeline: [a, b\nindex: {}\n")
    assert str(found).startswith("rag.yaml:3:6: is not YAML: ")
    assert found.hint == "in: index: {}"


def test_a_tab_is_a_syntax_error_with_a_place() -> None:
    found = wrong("a:\n\tb: 1\n")
    assert str(found).startswith("rag.yaml:2:1: is not YAML: ")
    assert found.hint.endswith("indented with spaces, not with tabs")


def test_a_character_that_yaml_forbids() -> None:
    assert "is not YAML" in wrong("a: \x01").message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "rag.yaml:3:1: a: 'a' is given twice; the first time in line 1"),
        ("a: *nowhere\n", "rag.yaml:1:4: a: nothing above is anchored as &nowhere"),
        ("a: &a [*a]\n", "rag.yaml:1:8: a.0: *a stands inside what it refers to"),
        ("a: !!python/object/apply:os.system [ls]\n", "rag.yaml:1:4: a: tags are not used here:"),
        ("a: !include other.yaml\n", "rag.yaml:1:4: a: tags are not used here: !include"),
        ("a: 1\n---\nb: 2\n", "rag.yaml:2:1: a file holds one document, and a second begins here"),
        ("{a: 1}: 2\n", "rag.yaml:1:1: a key is a word, not a collection"),
        ("a: {<<: 5}\n", "rag.yaml:1:9: a.<<: << takes a mapping or a list of mappings"),
        ("[" * 100 + "]" * 100, "rag.yaml:1:66: is nested deeper than 64 levels"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, message: str) -> None:
    assert str(wrong(text)).startswith(message)


def test_the_rest_is_read_beside_a_problem() -> None:
    node, problems = read_text("a: *nowhere\nb: *neither\nc: 5\n")
    assert [found.path for found in problems] == ["a", "b"]
    assert node.entries["a"].broken
    assert node.entries["c"].value == 5


def test_an_alias_bomb_is_defused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    found = wrong("\n".join(lines))
    assert found.message == "holds more than 100,000 values once its aliases are expanded"
    assert found.line is not None


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "rag.yaml"
    _, (found,) = read_file(path)
    assert found.message == "cannot be read: No such file or directory"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    _, (found,) = read_file(path)
    assert str(found).startswith(f"{path}:2:7: is not UTF-8")
    path.write_bytes(b"\xef\xbb\xbfa: caf\xc3\xa9\r\n")
    assert read_file(path)[0].plain() == {"a": "café"}
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    _, (found,) = read_file(path)
    assert found.message == "is larger than 1,048,576 bytes"


def test_comments_belong_to_what_follows_or_stands_beside() -> None:
    node = read("""\
# head
a: "# no comment"  # beside a
# above b
b:
  # above c
  c: | # beside c
    # text
  d: [1,  # one
      2]
# end
""")
    assert node.above == ("# head",)
    assert node.entries["a"].beside == "# beside a"
    assert node.entries["b"].above == ("# above b",)
    assert node.entries["b"].entries["c"].above == ("# above c",)
    assert node.entries["b"].entries["c"].value == "# text\n"
    assert node.entries["b"].entries["c"].beside == "# beside c"
    assert node.entries["b"].entries["d"].beside == "# one"
    assert node.below == ("# end",)


PIECES = [
    "a",
    "b: 1",
    ": ",
    "- ",
    "&x ",
    "*x",
    "<<: *x",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ">-",
    "#",
    " # c",
    "'",
    '"',
    "\\",
    "!!int ",
    "!t ",
    "? ",
    "---",
    "%",
    "1e3",
    "~",
]
pieces = st.sampled_from([*PIECES, "|", "\n", "\n  ", "\t", "\x85", "\u2028"])


@given(st.lists(pieces, max_size=30).map("".join))
@settings(max_examples=300)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    node, problems = read_text(text, "rag.yaml")
    assert all(found.message for found in problems)
    assert problems or not node.broken
