"""What in a text reads like an instruction to a model, by the rules of `rules.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.safety.plain import HIDDEN, Plain
from rag.segmenters.sentences import sentences

__all__ = ["Finding", "Rule", "findings", "load"]

SHIPPED = Path(__file__).with_name("rules.yaml")
_NEAR = 800
"""Characters behind a match in which a rule's `near` is looked for."""
_HIDDEN_WEIGHT = 0.6


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern."""

    name: str
    weight: float
    pattern: re.Pattern[str]
    near: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that rules matched."""

    start: int
    end: int
    score: float
    """0 to 1: their weights combined."""
    reasons: tuple[str, ...]
    """Names of the rules, heaviest first."""


@cache
def load(path: str | None = None) -> tuple[Rule, ...]:
    """The shipped rules, or those of a file in their place.

    Raises:
        UsageError: the file cannot be read, or a rule in it is not one.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        text = (Path(path).expanduser() if path else SHIPPED).read_text(encoding="utf-8")
        found = YAML(typ="safe", pure=True).load(text)
        parts = {name: _alternatives(value) for name, value in (found.get("parts") or {}).items()}
        return tuple(_rule(row, parts) for row in found["rules"])
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise UsageError(f"the rules in {path!r} cannot be read: {error}") from error
    except (re.error, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{path}: not rules as {SHIPPED} explains them: {error!r}") from error


def _alternatives(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else f"(?:{'|'.join(value)})"


def _rule(row: Mapping[str, Any], parts: Mapping[str, str]) -> Rule:
    def compiled(pattern: str) -> re.Pattern[str]:
        whole = re.sub(r"\{([a-z]+)\}", lambda match: parts[match[1]], pattern)
        return re.compile(whole, re.IGNORECASE | re.MULTILINE)

    near = compiled(row["near"]) if row.get("near") else None
    return Rule(str(row["name"]), float(row["weight"]), compiled(row["pattern"]), near)


@lru_cache(maxsize=4096)
def findings(text: str, rules: tuple[Rule, ...]) -> tuple[Finding, ...]:
    """The sentences of a text that rules match, in order, each with its score; spans are of the text as given."""
    spans = sentences(text)
    said: dict[int, dict[str, float]] = {}
    for name, weight, start, end in _matches(text, rules):
        for place, span in enumerate(spans):
            if span[0] < end and start < span[1]:
                held = said.setdefault(place, {})
                held[name] = max(held.get(name, 0.0), weight)
    found = []
    for place in sorted(said):
        doubt = 1.0
        for weight in said[place].values():
            doubt *= 1 - weight
        reasons = sorted(said[place], key=lambda name: (-said[place][name], name))
        found.append(Finding(*spans[place], round(1 - doubt, 4), tuple(reasons)))
    return tuple(found)


def _matches(text: str, rules: Sequence[Rule]) -> Iterator[tuple[str, float, int, int]]:
    """Name, weight and place of every match."""
    for hidden in HIDDEN.finditer(text):
        yield "hidden characters", _HIDDEN_WEIGHT, *hidden.span()
    plain = Plain(text)
    for rule in rules:
        for match in rule.pattern.finditer(plain.text):
            end = match.end()
            if rule.near is not None:
                near = rule.near.search(plain.text, match.start(), match.end() + _NEAR)
                if near is None:
                    continue
                end = _block_end(plain.text, match.end(), near.end())
            yield rule.name, rule.weight, plain.start(match.start()), plain.end(end)


def _block_end(text: str, start: int, inside: int) -> int:
    """Where a block of code ends that begins behind `start` and goes on at `inside`: its fence, or a blank line."""
    fenced = "```" in text[start:inside]
    end = text.find("```" if fenced else "\n\n", inside)
    return len(text) if end < 0 else end + 3 * fenced
