"""What was probably meant by a name that is not known here: a near one, another library's word, another place."""

from __future__ import annotations

from collections.abc import Collection

from rag import registry
from rag.config.fields import keys_of
from rag.config.node import Node
from rag.config.root import ROOT
from rag.config.shape import Branch, Record, Shape, options_of
from rag.errors import did_you_mean
from rag.kinds import KINDS, Kind
from rag.steps import STEPS

__all__ = ["elsewhere", "meant_form", "meant_indent", "meant_key", "meant_list", "meant_root", "meant_step"]

_WORDS = {
    **dict.fromkeys(("k", "n", "limit", "n_results", "similarity_top_k", "top_n", "topk"), "top_k"),
    **dict.fromkeys(("chunk_size", "max_length", "split_length"), "max_tokens"),
    **dict.fromkeys(("chunk_overlap", "split_overlap"), "overlap"),
    **dict.fromkeys(("model_name", "model_name_or_path", "model_id"), "model"),
}
"""What other libraries call a key. No spelling is near enough to tell: `k` is nearer to `k1` than to `top_k`."""
_SEGMENTS = ("max_tokens", "overlap")
"""Keys of segmenters, which others have where the index is."""


def meant_key(key: str, allowed: Collection[str]) -> str:
    """A hint for a key that a component does not have."""
    word = _WORDS.get(key, "")
    if word in allowed:
        return f"did you mean {word!r}?"
    if word in _SEGMENTS and "segment" in allowed:
        return f"how documents are cut is the segmenter's: `segment: {{use: recursive, {word}: ...}}`"
    return did_you_mean(key, allowed)


def meant_root(key: str, allowed: Collection[str]) -> str:
    """A hint for a key that a configuration does not have: a step may have been meant."""
    return did_you_mean(key, allowed) or (f"steps stand in `pipeline`: {hint}" if (hint := meant_step(key)) else "")


def meant_step(name: str) -> str:
    """A hint for a step that there is none of: a component's name, or the name of its kind."""
    kinds = {kind.name: kind for kind in KINDS}
    for step, (_, kind) in STEPS.items():
        if name in registry.table(kinds[kind]):
            return f"{name!r} is {_a(kind)}: `- {step}: {name}`"
    return did_you_mean(name, STEPS)


def meant_form(node: Node, shape: Shape, path: str) -> str:
    """A hint where a value has another form than its key wants: a mapping where steps are listed, a path alone."""
    options = list(options_of(shape))
    if any(isinstance(option, Branch) for option in options):
        return meant_list(node)
    if not isinstance(node.value, str):
        return ""
    if path in ROOT and ROOT[path].switch:
        return f"write `{path}: true`, or a mapping of its keys"
    with_path = any(isinstance(option, Record) and "path" in keys_of(option.cls).fields for option in options)
    shown = with_path and node.raw is None and not node.secret
    return f"write `{path.rpartition('.')[2]}: {{path: {node.value}}}`" if shown else ""


def meant_list(node: Node) -> str:
    """A hint where steps are no list: what each begins with."""
    known = next((name for name in node.entries if name in STEPS), "")
    return f"begin each step with a dash: `- {known}: ...`" if known else ""


def meant_indent(step: str, others: Collection[str]) -> str:
    """A hint where a step is empty and the keys of its component stand beside it."""
    return f"what belongs to {step} stands further to the right than {step}: indent {' and '.join(map(repr, others))}"


def elsewhere(name: str, kind: Kind) -> str:
    """A hint where a name is known, as other kinds of component."""
    others = [_a(other.name) for other in KINDS if other != kind and name in registry.table(other)]
    return f"{name!r} is {' and '.join(others)}" if others else ""


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' or noun == 'llm' else 'a'} {noun}"
