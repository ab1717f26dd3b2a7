"""The application: routes, and the layers around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from inspect import signature
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from rag import __version__
from rag.memory.conversations import beside
from rag.server import chat, embeddings, files, listing, problems, responses, sources
from rag.server.access import Access
from rag.server.heads import Heads
from rag.server.indexing import Indexing
from rag.server.kept import Kept
from rag.server.limits import BodyLimits
from rag.server.metrics import Metrics
from rag.server.models import Model, Models
from rag.server.observed import Observed
from rag.server.settings import Settings
from rag.server.sse import ClientGone
from rag.server.state import State
from rag.server.uploads import Uploads
from rag.server.work import Work

__all__ = ["PAGE", "create_app"]

PAGE = Path(__file__).parent / "page"
"""The web page's files, where it is installed."""
PAGE_POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
_POLLED = ("/health", "/ready", "/metrics")
"""Asked for every few seconds, by machines."""
_GONE = 499
"""nginx's status for a client that went away; nobody reads it but the log."""


def create_app(models: Sequence[Model], settings: Settings | None = None) -> FastAPI:
    """The ASGI application over some pipelines.

    Args:
        models: the first is meant where a request names none.
        settings: bounds and access.

    Raises:
        UsageError: there is no model, or two of one name.
    """
    settings = settings or Settings()
    known, metrics = Models(models), Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Steps of pipelines that wait for an endpoint compute here, as langchain-core's `run_in_executor` has it.
        waiting = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="rag-step")
        asyncio.get_running_loop().set_default_executor(waiting)
        folder = settings.uploads or _beside(models[0])
        uploads = await asyncio.to_thread(Uploads, folder)
        work, indexing = Work(settings, metrics), Indexing(uploads, known)
        kept = Kept(settings.conversations or beside(models[0].store.folder.absolute()), settings.keep_days)
        app.state.rag = State(settings, known, metrics, work, uploads, indexing, kept)
        known.start()
        indexing.start()
        try:
            yield
        finally:
            await asyncio.to_thread(indexing.stop)
            work.close()
            uploads.close()
            kept.close()
            for store, _ in known.stores():
                store.close()

    app = FastAPI(
        title="composable-rag",
        version=__version__,
        description="RAG pipelines behind OpenAI's protocol.",
        lifespan=lifespan,
        docs_url=None,  # its page loads scripts from another host
        redoc_url=None,
        **_traced(settings),
    )
    problems.install(app)

    async def on_gone(_: Request, __: Exception) -> Response:
        return Response(status_code=_GONE)

    app.add_exception_handler(ClientGone, on_gone)
    for part in (chat, responses, embeddings, listing, files, sources):
        app.include_router(part.router)
    if (PAGE / "index.html").is_file():
        _serve_page(app)
    _wrap(app, settings, metrics)
    return app


def _traced(settings: Settings) -> dict[str, Any]:
    """FastAPI's own spans of requests, the children of a client's where it sent `traceparent`."""
    if "telemetry" not in signature(FastAPI).parameters:  # before 0.165 it made none
        return {}
    quiet: dict[str, Any] = {"metrics": False, "logs": False, "operation_spans": False}
    return {"telemetry": {**quiet, "tracing": settings.otel, "exclude": lambda scope: scope["path"] in _POLLED}}


def _wrap(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    """The layers, innermost first."""
    app.add_middleware(Heads)
    app.add_middleware(BodyLimits, settings=settings)
    app.add_middleware(Access, settings=settings)
    if settings.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-Request-Id"],
            expose_headers=["X-Request-Id", "Retry-After"],
        )
    app.add_middleware(Observed, metrics=metrics)


def _serve_page(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(PAGE / "index.html", headers={"Content-Security-Policy": PAGE_POLICY})

    class Page(StaticFiles):
        def file_response(self, *args: object, **more: object) -> Response:
            response = super().file_response(*args, **more)  # type: ignore[arg-type]
            response.headers["Content-Security-Policy"] = PAGE_POLICY
            response.headers["Cache-Control"] = "no-cache"
            return response

    app.mount("/page", Page(directory=PAGE), name="page")


def _beside(model: Model) -> Path:
    folder = model.store.folder.absolute()
    return folder.with_name(f"{folder.name}.uploads")
