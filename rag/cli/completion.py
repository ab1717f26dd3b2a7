"""What the shell offers after TAB."""

from __future__ import annotations

from pathlib import Path

__all__ = ["complete_component", "complete_config", "complete_preset"]


def complete_preset(incomplete: str) -> list[str]:
    """Names of presets."""
    from rag.config import presets

    return [name for name in presets() if name.startswith(incomplete)]


def complete_config(incomplete: str) -> list[str]:
    """Names of presets, and YAML files."""
    head, slash, _ = incomplete.rpartition("/")
    files = sorted(path.name for pattern in ("*.yaml", "*.yml") for path in Path(head or slash or ".").glob(pattern))
    typed = [f"{head}{slash}{file}" for file in files]
    return complete_preset(incomplete) + [file for file in typed if file.startswith(incomplete)]


def complete_component(incomplete: str) -> list[str]:
    """Kinds of component, and `kind.name`."""
    from rag.kinds import KINDS
    from rag.registry import names

    offered = [kind.name for kind in KINDS]
    if incomplete:
        offered += [name for kind in KINDS for name in names(kind)]
    if "." in incomplete:
        offered = [f"{kind.name}.{name}" for kind in KINDS for name in names(kind)]
    return [each for each in offered if each.startswith(incomplete)]
