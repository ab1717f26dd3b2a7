"""Figures for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """One registry a server, so that two servers in a process do not add up."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("rag_requests", "Requests answered.", ("path", "method", "status"), registry=registry)
        self.seconds = Histogram(
            "rag_request_seconds",
            "Seconds from request to end of response.",
            ("path",),
            registry=registry,
            buckets=_SECONDS,
        )
        self.first_token = Histogram(
            "rag_first_token_seconds", "Seconds to the first text.", ("model",), registry=registry, buckets=_SECONDS
        )
        self.errors = Counter("rag_errors", "Failures, by kind.", ("kind",), registry=registry)
        self.waiting = Gauge("rag_waiting", "Questions that wait for their turn.", registry=registry)
        self.running = Gauge("rag_running", "Questions under way.", registry=registry)
        self.cancelled = Counter("rag_cancelled", "Questions whose client went away.", registry=registry)
        self.tokens = Counter("rag_tokens", "Tokens of the language model.", ("model", "kind"), registry=registry)
        self.files = Gauge("rag_files", "Uploaded files, by status.", ("status",), registry=registry)

    def page(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)
