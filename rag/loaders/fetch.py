"""A URL to its bytes, within limits.

Any host may be typed, this machine and private networks included. A redirect is the server's choice, not the user's:
it may lead to the same host and port or to public addresses, never into a private network.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from pathlib import PurePosixPath
from urllib.parse import unquote

import httpx

from rag.errors import LoadError
from rag.loaders.discover import Found
from rag.loaders.limits import Limits
from rag.loaders.part import Blob, Unreadable

__all__ = ["fetch"]

MOST_REDIRECTS = 5
WAIT_S = 10.0
PORTS = {"http": 80, "https": 443}


def fetch(found: Found, limits: Limits) -> Blob:
    """The body of a response, with the media type and charset its server declared.

    Raises:
        LoadError: no response, not a success, too large, too slow, or redirected where it must not.
    """
    deadline = time.monotonic() + limits.timeout_s
    headers = {"user-agent": "composable-rag", "accept": "text/html, */*;q=0.8"}
    try:
        with httpx.Client(timeout=WAIT_S, headers=headers) as client:
            url, pinned = httpx.URL(found.uri), None
            for _ in range(MOST_REDIRECTS + 1):
                request = _request(client, url, pinned)
                response = client.send(request, stream=True)
                try:
                    if not response.is_redirect:
                        return _blob(found, url, response, limits, deadline)
                    target = url.join(response.headers["location"])
                finally:
                    response.close()
                pinned = _checked(target, httpx.URL(found.uri))
                url = target
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise LoadError(found.source, f"cannot be fetched: {error or type(error).__name__}") from None
    except Unreadable as error:
        raise LoadError(found.source, str(error)) from None
    raise LoadError(found.source, f"more than {MOST_REDIRECTS} redirects")


def _request(client: httpx.Client, url: httpx.URL, pinned: str | None) -> httpx.Request:
    """A request to the address that was checked, so that the name cannot mean another one a moment later."""
    if pinned is None:
        return client.build_request("GET", url)
    host = url.netloc.decode("ascii")
    extensions = {"sni_hostname": url.host} if url.scheme == "https" else {}
    return client.build_request("GET", url.copy_with(host=pinned), headers={"host": host}, extensions=extensions)


def _checked(target: httpx.URL, typed: httpx.URL) -> str | None:
    """The address to connect to, or None where the target is the host that was typed."""
    if target.scheme not in PORTS:
        raise Unreadable(f"redirected to {target}: only http and https are followed")
    if (target.host, _port(target)) == (typed.host, _port(typed)):
        return None
    found = socket.getaddrinfo(target.host, _port(target), type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(address.is_global for address in addresses):
        raise Unreadable(f"redirected to {target}, which is not a public address: name it yourself to read it")
    return str(addresses[0])


def _port(url: httpx.URL) -> int:
    return url.port or PORTS.get(url.scheme, 0)


def _blob(found: Found, url: httpx.URL, response: httpx.Response, limits: Limits, deadline: float) -> Blob:
    if not response.is_success:
        raise Unreadable(f"the server answered {response.status_code} {response.reason_phrase}")
    pieces: list[bytes] = []
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > limits.max_bytes:
            raise Unreadable(f"more than {limits.max_bytes:,} bytes (max_bytes)")
        if time.monotonic() > deadline:
            raise Unreadable(f"took longer than {limits.timeout_s:g} s to fetch (timeout_s)")
        pieces.append(piece)
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    name = unquote(PurePosixPath(url.path).name)
    return Blob(b"".join(pieces), name, found.source, media_type, response.charset_encoding or "")
