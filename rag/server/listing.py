"""`GET /v1/models`, and what a balancer and a monitor ask."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from rag import __version__
from rag.server.metrics import CONTENT_TYPE
from rag.server.problems import DOCUMENTED, Json
from rag.server.state import state_of

__all__ = ["router"]

router = APIRouter(tags=["server"], responses=DOCUMENTED)


@router.get("/v1/models")
async def list_models(request: Request) -> Response:
    """Every configured pipeline."""
    return Json({"object": "list", "data": [model.card() for model in state_of(request).models]})


@router.get("/v1/models/{model}")
async def retrieve_model(model: str, request: Request) -> Response:
    """One pipeline."""
    return Json(state_of(request).models.get(model).card())


@router.get("/health")
async def health() -> Response:
    """The process is there and its event loop turns."""
    return Json({"status": "ok", "version": __version__})


@router.get("/ready")
async def ready(request: Request) -> Response:
    """Models are loaded and can serve; 503 until then."""
    models = state_of(request).models
    status = "ready" if models.ready else "failed" if models.failures else "warming"
    told: dict[str, Any] = {"status": status, "models": [model.name for model in models], "failures": models.failures}
    return Json(told, 200 if models.ready else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Figures for Prometheus; needs the scope `admin` where there are keys."""
    state = state_of(request)
    for name, count in state.uploads.counts().items():
        state.metrics.files.labels(name).set(count)
    return Response(state.metrics.page(), media_type=CONTENT_TYPE)
