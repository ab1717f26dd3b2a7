"""Runs the application: addresses, keys, logs, and an orderly end."""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace

from rag.errors import MissingExtra, RagError, UsageError
from rag.server.models import Model
from rag.server.settings import Settings

__all__ = ["check_free", "is_loopback", "secured", "serve"]

DRAIN_S = 30
"""Seconds that running answers get when the server is told to end."""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def secured(settings: Settings, host: str, *, no_auth: bool) -> tuple[Settings, str]:
    """The settings for an address, and a warning where one is due.

    Raises:
        UsageError: others could reach the server and nothing would ask who they are.
    """
    keyed = settings.keys is not None and settings.keys.is_file()
    if keyed and not no_auth:
        return settings, ""
    if is_loopback(host):
        return replace(settings, keys=None, local_only=True), ""
    if not no_auth:
        where = f" {settings.keys}" if settings.keys else ""
        raise UsageError(
            f"--host {host} lets other machines in, and there is no file of keys{where}: make a key with "
            "`rag key create`, or say --no-auth where something in front of this server asks for one"
        )
    warning = f"WARNING: everybody who can reach {host} may ask, upload and delete: no key is asked for (--no-auth)"
    return replace(settings, keys=None), warning


def check_free(host: str, port: int) -> None:
    """Whether the server could listen at an address.

    Raises:
        RagError: it could not; another program has the port, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            if os.name == "posix":  # elsewhere it would let two servers have one port
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise RagError(
            f"{host}:{port} cannot be served at: {(error.strerror or str(error)).lower()}; see --port"
        ) from None


def serve(models: Sequence[Model], settings: Settings, host: str, port: int) -> None:
    """Serves until it is told to end; then no new request comes in and running answers are finished."""
    try:
        import uvicorn

        from rag.server.app import create_app
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "fastapi", "serve", "rag serve") from None
    _log(as_json=settings.log_json)
    if settings.otel:
        from rag.telemetry import export

        export()
    config = uvicorn.Config(
        create_app(models, settings),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
        timeout_keep_alive=15,
    )
    uvicorn.Server(config).run()


def _log(*, as_json: bool) -> None:
    from rag.server.observed import JsonLines

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if as_json else logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
    for name in ("rag", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO)
