"""Failures of an endpoint in words: what, where, what to do. Never a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError, did_you_mean

if TYPE_CHECKING:
    from rag.llms.connection import Connection

__all__ = ["broken_off", "failure", "known", "refused", "without"]

_SHOWN = 12
"""Model names that a message lists."""


def known() -> tuple[type[Exception], ...]:
    """What the client, its transport and the reading of answers raise."""
    import httpx
    import openai

    return (openai.OpenAIError, httpx.HTTPError, ValueError)


def failure(error: Exception, at: Connection, model: str) -> ModelError:
    """What a failed call means for the user.

    Args:
        error: of the openai client, of its transport, or of reading what came.
        at: what was called.
        model: the name it was asked for.
    """
    import openai

    where, tries = at.url, _tries(at)
    if isinstance(error, openai.APITimeoutError):
        text = f"{where} did not answer within {at.timeout_s:g} s {tries}: look at the server, or raise timeout_s"
    elif isinstance(error, openai.APIStatusError):
        text = _refusal(error, at, model)
    elif isinstance(error, openai.APIConnectionError):
        reason = str(error.__cause__ or error)
        text = f"{where} cannot be reached {tries}: {reason}. Is the server running? The address comes from {at.origin}"
    elif isinstance(error, openai.APIError):  # an error in the middle of a stream
        text = f"{where} failed while answering: {error.message}"
    else:
        text = (
            f"{where} does not speak the chat-completions protocol: {error}. "
            f"The address ({at.origin}) must be the API's base, usually ending in /v1"
        )
    return ModelError(text)


def broken_off(error: Exception, at: Connection, received: str) -> ModelError:
    """A stream that ended before the answer did."""
    tail = f", up to {received[-60:]!r}" if received else ""
    cause = str(error.__cause__ or error) or type(error.__cause__ or error).__name__
    return ModelError(
        f"{at.url} broke off its answer after {len(received):,} characters{tail}: {cause}. Ask again; "
        "if it happens again, look at the server's log or raise timeout_s"
    )


def _refusal(error: Any, at: Connection, model: str) -> str:
    """An HTTP status that is no success."""
    status, said = error.status_code, _said(error)
    where, tries = at.url, _tries(at)
    if status in (401, 403):
        return (
            f"{where} refused the key ({status}): {said}. Set OPENAI_API_KEY in the environment or in .env "
            "(or the model's api_key)"
        )
    if status == 429:
        return f"{where} refuses more calls (429) {tries}: {said}. Wait, raise retries, or look at your quota"
    known = _listed(at)
    if known and model not in known:
        there = ", ".join(known[:_SHOWN]) + (f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else "")
        hint = did_you_mean(model, known)
        return f"{where} has no model {model!r} ({status}); it has: {there}. {hint}".rstrip()
    if status == 404:
        return (
            f"{where} answered 404 to model {model!r}: {said}. Check the model's name, and that the address "
            f"({at.origin}) is the API's base, usually ending in /v1"
        )
    if status >= 500:
        return f"{where} failed ({status}) {tries}: {said}. Look at the server's log; is {model!r} a model it has?"
    return f"{where} refused the request ({status}): {said}"


def _tries(at: Connection) -> str:
    return f"after {at.retries} retr{'y' if at.retries == 1 else 'ies'}"


def _said(error: Any) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    text = " ".join(str(body.get("message") or body.get("detail") or error.message).split())
    return text if len(text) <= 300 else text[:300] + "…"


def _listed(at: Connection) -> Sequence[str]:
    """The models an endpoint lists; none where it cannot say."""
    import openai

    try:
        return at.models()
    except (openai.OpenAIError, ValueError, TypeError, AttributeError):
        return ()


def refused(request: Mapping[str, Any], error: Any) -> str | None:
    """The field of a request that a server does not know; None where none of ours is to blame.

    Old servers refuse `stream_options`; newer models of OpenAI's want `max_completion_tokens`.
    """
    said = str(error.message)
    if "stream_options" in request and ("stream_options" in said or "include_usage" in said):
        return "stream_options"
    return "max_tokens" if "max_tokens" in request and "max_completion_tokens" in said else None


def without(request: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A request without a field that was refused, or with the name that is wanted instead."""
    kept = {key: value for key, value in request.items() if key != name}
    return {**kept, "max_completion_tokens": request[name]} if name == "max_tokens" else kept
