"""Steps: the moves of a turn, and sequences of them. In YAML a step is one key of this table."""

from rag.steps.base import Step, Steps

__all__ = ["STEPS", "Step", "Steps"]

STEPS: dict[str, tuple[str, str]] = {
    "retrieve": ("rag.steps.retrieve:Retrieve", "retriever"),
    "compress": ("rag.steps.compress:Compress", "compressor"),
    "route": ("rag.steps.route:Route", "router"),
    "agent": ("rag.steps.act:Act", "agent"),
    "generate": ("rag.steps.generate:Generate", "generator"),
}
"""YAML key to the step's class and the field that holds its component."""
