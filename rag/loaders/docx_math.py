"""Equations of Office files (OMML; ECMA-376, part 1, 22.1) on one line: `(-b±√(b^2-4ac))/2a`."""

from __future__ import annotations

from rag.loaders.xmltree import Element, attribute, local

__all__ = ["linear"]

SCRIPTS = {
    "sSup": ("e", "^", "sup"),
    "sSub": ("e", "_", "sub"),
    "limLow": ("e", "_", "lim"),
    "limUpp": ("e", "^", "lim"),
}


def linear(node: Element | None) -> str:
    """The equation as text."""
    name = local(node) if node is not None else "Pr"
    if node is None or name == "t" or name.endswith("Pr"):
        return node.text or "" if node is not None and name == "t" else ""
    if name in SCRIPTS:
        base, sign, script = SCRIPTS[name]
        return f"{_of(node, base)}{sign}{_grouped(_of(node, script))}"
    if name == "f":
        return f"{_grouped(_of(node, 'num'))}/{_grouped(_of(node, 'den'))}"
    if name in {"rad", "nary", "d", "sSubSup", "func", "m"}:
        return _structure(node, name)
    return "".join(linear(child) for child in node)


def _structure(node: Element, name: str) -> str:
    if name == "rad":
        return f"{_of(node, 'deg')}√({_of(node, 'e')})"
    if name == "func":
        return f"{_of(node, 'fName')} {_of(node, 'e')}"
    if name == "m":  # a matrix
        return "; ".join(", ".join(linear(cell) for cell in row) for row in node.iterfind("{*}mr"))
    if name == "d":
        properties = node.find("{*}dPr")
        begin, end = (_sign(properties, key, default) for key, default in (("begChr", "("), ("endChr", ")")))
        return begin + ", ".join(linear(part) for part in node.iterfind("{*}e")) + end
    scripts = "".join(
        f"{sign}{_grouped(text)}" for sign, part in (("_", "sub"), ("^", "sup")) if (text := _of(node, part))
    )
    if name == "nary":
        return f"{_sign(node.find('{*}naryPr'), 'chr', '∫')}{scripts} {_of(node, 'e')}"
    return _of(node, "e") + scripts


def _of(node: Element, name: str) -> str:
    return linear(node.find(f"{{*}}{name}"))


def _sign(properties: Element | None, name: str, default: str) -> str:
    found = properties.find(f"{{*}}{name}") if properties is not None else None
    return default if found is None else attribute(found, "val")


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"
