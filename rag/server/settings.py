"""What a server allows and how much it does at once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Settings"]

MIB = 1 << 20


def _threads() -> int:
    """As many as there are cores: more gain nothing and wait longer. Measured in docs/decisions/serving.md."""
    return max(2, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Settings:
    """Bounds of one server."""

    timeout_s: float = 120.0
    """Seconds that a question may take, waiting included."""
    threads: int = field(default_factory=_threads)
    """Questions computed at once, by pipelines that wait for nobody."""
    concurrency: int = 256
    """Questions under way at once, of pipelines that wait for an endpoint."""
    queue: int = 256
    """Questions that wait for their turn; one more is refused (429)."""
    max_body_bytes: int = 4 * MIB
    """Of a request that is no upload."""
    max_upload_bytes: int = 128 * MIB
    """Of an uploaded file."""
    body_timeout_s: float = 30.0
    """Seconds without a byte after which a body counts as abandoned."""
    cors: tuple[str, ...] = ()
    """Origins whose pages may call; none by default."""
    keys: Path | None = None
    """The file of API keys; open to everybody where None."""
    local_only: bool = False
    """Whether only this machine's names are answered to: an open server must not be reached by a rebound name."""
    uploads: Path | None = None
    """Folder of uploaded files; beside the first index where None."""
    conversations: Path | None = None
    """File of the responses that are kept; beside the first index where None."""
    keep_days: float = 30.0
    """Days that a response is kept for `previous_response_id`; none is where 0."""
    otel: bool = False
    """Spans of OpenTelemetry for every request."""
    log_json: bool = False
    """Log lines as JSON."""
