"""Tells langchain-core's callbacks about work that comes in pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import (
    ensure_config,
    get_async_callback_manager_for_config,
    get_callback_manager_for_config,
    patch_config,
)

__all__ = ["aobserve", "observe"]

Piece = TypeVar("Piece")


def observe(
    name: str, given: object, config: RunnableConfig | None, work: Callable[[RunnableConfig], Iterator[Piece]]
) -> Iterator[Piece]:
    """The pieces of `work`, reported as one chain run: its input `given`, its output the last piece."""
    config = ensure_config(config)
    manager = get_callback_manager_for_config(config)
    if not manager.handlers:  # nobody listens: a run costs microseconds, but a pipeline has many
        yield from work(config)
        return
    run = manager.on_chain_start(
        None, {"input": given}, name=config.get("run_name") or name, run_id=config.get("run_id")
    )
    last: Piece | None = None
    try:
        for last in work(patch_config(config, callbacks=run.get_child())):
            yield last
    except BaseException as error:
        run.on_chain_error(error)
        raise
    run.on_chain_end({"output": last})


async def aobserve(
    name: str, given: object, config: RunnableConfig | None, work: Callable[[RunnableConfig], AsyncIterator[Piece]]
) -> AsyncIterator[Piece]:
    """`observe` for asynchronous work."""
    config = ensure_config(config)
    manager = get_async_callback_manager_for_config(config)
    if not manager.handlers:
        async for piece in work(config):
            yield piece
        return
    run = await manager.on_chain_start(
        None, {"input": given}, name=config.get("run_name") or name, run_id=config.get("run_id")
    )
    last: Piece | None = None
    try:
        async for last in work(patch_config(config, callbacks=run.get_child())):
            yield last
    except BaseException as error:
        await run.on_chain_error(error)
        raise
    await run.on_chain_end({"output": last})
