"""Programming languages: their names, their files, and what in a syntax tree is a definition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["TRANSPARENT", "Definition", "definition", "language_of"]


class Definition(NamedTuple):
    """What a piece of code defines."""

    name: str
    kind: str
    """`function`, `class`, `method`, ... as the grammar calls it."""


_SUFFIXES = {
    "bash": "sh bash zsh", "c": "c h", "cpp": "cc cpp cxx hh hpp hxx ino", "csharp": "cs", "clojure": "clj cljs",
    "cmake": "cmake", "commonlisp": "lisp", "css": "css", "cuda": "cu cuh", "dart": "dart", "elisp": "el",
    "elixir": "ex exs", "elm": "elm", "erlang": "erl hrl", "fortran": "f90 f95 f03", "fsharp": "fs", "glsl": "glsl",
    "go": "go", "graphql": "graphql gql", "groovy": "groovy gradle", "haskell": "hs", "hcl": "hcl tf",
    "html": "html htm", "java": "java", "javascript": "js mjs cjs jsx", "json": "json", "julia": "jl",
    "kotlin": "kt kts", "latex": "tex", "lua": "lua", "make": "mk", "matlab": "m", "nim": "nim", "nix": "nix",
    "objc": "mm", "ocaml": "ml", "pascal": "pas", "perl": "pl pm", "php": "php", "powershell": "ps1",
    "proto": "proto", "python": "py pyi pyw", "r": "r", "ruby": "rb rake", "rust": "rs", "scala": "scala sc",
    "scheme": "scm", "scss": "scss", "solidity": "sol", "sql": "sql", "svelte": "svelte", "swift": "swift",
    "toml": "toml", "tsx": "tsx", "typescript": "ts mts cts", "verilog": "v sv", "vhdl": "vhd vhdl", "vue": "vue",
    "xml": "xml", "yaml": "yaml yml", "zig": "zig",
}  # fmt: skip
_BY_SUFFIX = {suffix: name for name, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_BY_FILE = {"dockerfile": "dockerfile", "makefile": "make", "cmakelists.txt": "cmake", "rakefile": "ruby"}
_ALIASES = {
    "c++": "cpp", "c#": "csharp", "cs": "csharp", "js": "javascript", "jsx": "javascript", "node": "javascript",
    "ts": "typescript", "py": "python", "python3": "python", "golang": "go", "shell": "bash", "sh": "bash",
    "f#": "fsharp", "objective-c": "objc", "rb": "ruby", "rs": "rust", "kt": "kotlin", "docker": "dockerfile",
    "makefile": "make", "terraform": "hcl", "yml": "yaml",
}  # fmt: skip

# Node types of the grammars that name what they define; the word becomes the kind.
_DEFINES = re.compile(
    r"(?:^|_)(?P<kind>function|method|constructor|class|struct|interface|trait|enum|module|namespace|impl|object|protocol"
    r"|record|macro|subroutine|procedure|type|contract|message|service|table|view|union|extension)"
    r"(?:_(?:definition|declaration|item|specifier|statement|signature|spec|declarator|definition_statement|binding))?$"
)
TRANSPARENT = re.compile(
    r"^(?:decorated_definition|export_statement|template_declaration|lexical_declaration|variable_declaration"
    r"|type_declaration|expression_statement|ambient_declaration)$"
)
_NAMES = re.compile(r"identifier$|^constant$|^name$|^word$|^variable$")
_VALUES = frozenset({"arrow_function", "function_expression", "function", "class", "generator_function"})


def language_of(metadata: Mapping[str, Any]) -> str:
    """The grammar's name by the metadata `language`, else by the suffix of `source`; empty where neither says."""
    if stated := str(metadata.get("language") or "").casefold():
        return _ALIASES.get(stated, stated)
    path = PurePath(str(metadata.get("source") or "").casefold().removesuffix(".gz"))
    return _BY_FILE.get(path.name) or _BY_SUFFIX.get(path.suffix.lstrip("."), "")


def definition(node: Node) -> Definition | None:
    """What a node defines, if anything."""
    if not node.is_named:
        return None
    if TRANSPARENT.match(node.type):
        inner = (definition(child) for child in node.named_children)
        return next((found for found in inner if found), None)
    if node.type == "variable_declarator":
        value = node.child_by_field_name("value")
        return Definition(_name(node), "function") if value is not None and value.type in _VALUES else None
    match = _DEFINES.search(node.type)
    if match is None or node.child_count < 2:
        return None
    name = _name(node)
    return Definition(name, match["kind"]) if name else None


def _name(node: Node) -> str:
    """The name that a definition gives, as it stands in the source."""
    for field in ("name", "declarator", "type"):
        child = node.child_by_field_name(field)
        if child is None:
            continue
        while (deeper := child.child_by_field_name("declarator")) is not None:
            child = deeper
        return (child.text or b"").decode(errors="replace").split("(")[0].strip()
    first = next((child for child in node.named_children if _NAMES.search(child.type)), None)
    return (first.text or b"").decode(errors="replace") if first is not None else ""
