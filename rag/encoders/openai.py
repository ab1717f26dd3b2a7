"""Any OpenAI-compatible embeddings endpoint."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import NonNegativeInt, PositiveFloat, PositiveInt, SecretStr

from rag.encoders.prefixes import prefixes
from rag.encoders.tokenizer import default_tokenizer
from rag.encoders.vectors import unit_rows
from rag.errors import ModelError
from rag.kinds import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["OpenAI"]


class OpenAI(Encoder):
    """Unit vectors from an endpoint that speaks OpenAI's embeddings protocol.

    Texts of nothing but white space are never sent: their vector is zero. Tokens are counted by the default tokenizer,
    which finds as many or more than the endpoint's in most texts. Busy and broken answers are tried again by the
    client, with growing pauses.
    """

    model: str = "text-embedding-3-small"
    """The endpoint's name for it."""
    base_url: str | None = None
    """Where empty: OPENAI_BASE_URL, OPENAI_API_BASE, else OpenAI's own."""
    api_key: SecretStr | None = None
    """Where empty: OPENAI_API_KEY. An endpoint of your own may need none."""
    size: PositiveInt | None = None
    """Ask for this many dimensions (models trained for it); all where empty."""
    query_prefix: str | None = None
    """Put before a question; where not given, what is known of the model's name."""
    passage_prefix: str | None = None
    """Put before a passage; where not given, what is known of the model's name."""
    window: PositiveInt = 8000
    """Tokens of a text that are sent; the rest is cut."""
    batch_size: PositiveInt = 256
    """Texts a request."""
    batch_tokens: PositiveInt = 100_000
    """Tokens a request."""
    parallel: PositiveInt = 4
    """Requests at once."""
    timeout: PositiveFloat = 60.0
    """Seconds to wait for one answer."""
    retries: NonNegativeInt = 5
    """Times a failed request is sent again."""

    @cached_property
    def dimensions(self) -> int:
        """Length of a vector: `size`, else found by one request."""
        return self.size or int(self.encode(["dimensions"]).shape[1])

    @property
    def max_tokens(self) -> int:
        """Tokens after which a text is cut."""
        return self.window

    @property
    def fingerprint(self) -> str:
        """Model, size and prefixes; not the address, which may change."""
        return f"openai:{self.model} {self.prefixes!r} {self.window} {self.size or ''}".rstrip()

    @property
    def prefixes(self) -> tuple[str, str]:
        """(query prefix, passage prefix) in use."""
        query, passage = prefixes(self.model)
        return (
            query if self.query_prefix is None else self.query_prefix,
            passage if self.passage_prefix is None else self.passage_prefix,
        )

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, float32 `[len(texts), dimensions]`.

        Raises:
            ModelError: the endpoint refused, or failed after all retries.
        """
        said = [row for row, text in enumerate(texts) if text.strip()]
        if not said:
            return np.zeros((len(texts), self.dimensions), dtype=np.float32)
        counts = self.count_tokens([texts[row] for row in said])
        prefix = self.prefixes[0 if query else 1]
        ready = [prefix + self._cut(texts[row], count) for row, count in zip(said, counts, strict=True)]
        requests = list(self._requests(ready, counts))
        with ThreadPoolExecutor(min(self.parallel, len(requests))) as pool:
            rows = unit_rows(np.concatenate(list(pool.map(self._ask, requests))))
        vectors = np.zeros((len(texts), rows.shape[1]), dtype=np.float32)
        vectors[said] = rows
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, by the default tokenizer."""
        return default_tokenizer().count(texts)

    def _cut(self, text: str, count: int) -> str:
        return text if count <= self.window else text[: self.tokens(text)[self.window - 1, 1]]

    def _requests(self, texts: Sequence[str], counts: Sequence[int]) -> Iterator[list[str]]:
        batch: list[str] = []
        room = self.batch_tokens
        for text, count in zip(texts, counts, strict=True):
            cost = min(count, self.window)
            if batch and (len(batch) == self.batch_size or cost > room):
                yield batch
                batch, room = [], self.batch_tokens
            batch.append(text)
            room -= cost
        yield batch

    def _ask(self, texts: list[str]) -> NDArray[np.float32]:
        import openai

        where = f"{self.model!r} at {self._client.base_url}"
        wanted: dict[str, Any] = {"dimensions": self.size} if self.size else {}
        try:
            answer = self._client.embeddings.create(model=self.model, input=texts, **wanted)
        except openai.AuthenticationError as error:
            raise ModelError(f"{where} refused the key: set OPENAI_API_KEY or `api_key` ({_reason(error)})") from error
        except openai.NotFoundError as error:
            raise ModelError(f"{where} is not there: check `model` and `base_url` ({_reason(error)})") from error
        except openai.APIConnectionError as error:
            raise ModelError(f"{where} cannot be reached within {self.timeout:g} s: check `base_url`") from error
        except (openai.OpenAIError, ValueError) as error:
            raise ModelError(f"{where} failed: {_reason(error)}") from error
        rows = sorted(answer.data or (), key=lambda row: row.index)
        if len(rows) != len(texts):
            raise ModelError(f"{where} gave {len(rows)} vectors for {len(texts)} texts")
        return np.array([row.embedding for row in rows], dtype=np.float32)

    @cached_property
    def _client(self) -> Any:
        import openai

        url = self.base_url or os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_BASE") or None
        key = self.api_key.get_secret_value() if self.api_key else os.environ.get("OPENAI_API_KEY", "")
        if not key and url is None:
            raise ModelError(
                f"{self.model!r} needs a key: set OPENAI_API_KEY, or `base_url` to an endpoint of your own"
            )
        return openai.OpenAI(base_url=url, api_key=key or "none", timeout=self.timeout, max_retries=self.retries)


def _reason(error: Exception) -> str:
    """The first line of what the endpoint said, at most 200 characters."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
