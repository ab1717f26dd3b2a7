"""A graph on the CPU: compiled once for each setting, fed with batches of which several are under way."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from openvino import Model

__all__ = ["compile_graph", "computed"]

T = TypeVar("T")

CORES_A_STREAM = 4
"""Cores that work on one batch: more of them wait for each other longer than they compute."""


def compile_graph(graph: Model, precision: str, threads: int) -> tuple[Any, int]:
    """The compiled graph and how many batches it computes at once.

    Args:
        graph: what is computed.
        precision: `auto` (bf16 where the CPU has it, else f32), `bf16`, `f32`, or `int8` for a graph of int8 matrices.
        threads: CPU threads; 0 means every core.
    """
    from openvino import Core

    streams = max(1, (threads or os.cpu_count() or 1) // CORES_A_STREAM)
    settings: dict[str, Any] = {"NUM_STREAMS": streams, "ENABLE_CPU_PINNING": False}
    if threads:
        settings["INFERENCE_NUM_THREADS"] = threads
    if precision == "int8":
        settings["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = 64
    elif precision != "auto":
        settings["INFERENCE_PRECISION_HINT"] = precision
    return Core().compile_model(graph, "CPU", settings), streams


def computed(
    model: Any, streams: int, batches: Iterable[tuple[T, Sequence[NDArray[Any]]]]
) -> Iterator[tuple[T, list[NDArray[Any]]]]:
    """The outputs of each batch; the next one is laid out while one is computed.

    Args:
        model: compiled.
        streams: batches under way at once, beside one that waits.
        batches: each with whatever tells it apart, and its inputs.

    Yields:
        What tells the batch apart, and its outputs: valid until the next batch is asked for.
    """
    running: deque[tuple[T, Any]] = deque()

    def collect() -> tuple[T, Any]:
        key, request = running.popleft()
        request.wait()
        return key, request

    def outputs(request: Any) -> list[NDArray[Any]]:
        return [request.get_output_tensor(place).data for place in range(len(model.outputs))]

    for key, inputs in batches:
        if len(running) > streams:
            done, request = collect()
            yield done, outputs(request)
        else:
            request = model.create_infer_request()
        request.start_async(list(inputs))
        running.append((key, request))
    while running:
        done, request = collect()
        yield done, outputs(request)
