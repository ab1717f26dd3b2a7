"""`rag mcp`."""

from __future__ import annotations

import os
from ipaddress import ip_address
from typing import Annotated

import typer

from rag.cli.options import Chosen
from rag.errors import UsageError

KEY = "RAG_MCP_KEY"


def mcp(
    chosen: Chosen,
    http: Annotated[bool, typer.Option("--http", help="Serve over HTTP, at /mcp, and not over pipes.")] = False,
    host: Annotated[str, typer.Option(help="What to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="With --http.")] = 8000,
    no_auth: Annotated[bool, typer.Option("--no-auth", help="Listen beyond this machine without a key.")] = False,
) -> None:
    """Serve the pipeline to assistants that speak the Model Context Protocol.

    Over HTTP, RAG_MCP_KEY in the environment is the key that callers must send as Authorization: Bearer KEY.
    """
    key = os.environ.get(KEY) or None
    if http and not _is_loopback(host) and key is None and not no_auth:
        raise UsageError(
            f"--host {host} lets other machines ask without a key: set {KEY}, or say --no-auth if that is meant"
        )
    pipeline = chosen.pipeline()

    from rag.mcp import guarded_app, server_of

    server = server_of(pipeline)
    if not http:
        server.run("stdio")
        return

    import uvicorn

    from rag.cli.terminal import note

    note(f"http://{host}:{port}/mcp")
    uvicorn.run(guarded_app(server, host, key), host=host, port=port, log_level="warning", lifespan="on")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
