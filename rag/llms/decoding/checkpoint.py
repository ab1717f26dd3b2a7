"""A language model of the Hugging Face hub or of a folder: its tokenizer, its weights, what it can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import Any

from langchain_core.messages import BaseMessage

from rag.errors import MissingExtra, ModelError
from rag.llms.decoding.prompting import plain_prompt, turns

__all__ = ["Checkpoint", "needed"]

_turn = RLock()
"""One thread at a time: a Hugging Face tokenizer changes its own settings while it works, and weights load once."""


class Checkpoint:
    """A model with its tokenizer, each loaded on first use. Threads may share it.

    Code that a checkpoint brings is never run, and weights are read from safetensors alone: opening a stranger's model
    runs nothing of theirs.

    Args:
        name: on the hub, or a folder.
        revision: commit, tag or branch on the hub.
        dtype: `auto` (as the weights are stored), or torch's name of a number type.
        device: torch's name of one; the fastest there is where empty.
        window: tokens that it can read; what its configuration says where empty.
    """

    def __init__(
        self, name: str, revision: str | None = None, dtype: str = "auto", device: str | None = None,
        window: int | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.revision = revision
        self.dtype = dtype
        self.device = device
        self._window = window

    @cached_property
    def config(self) -> Any:
        """Its configuration."""
        from transformers import AutoConfig

        return self._loaded(AutoConfig)

    @cached_property
    def tokenizer(self) -> Any:
        """Its tokenizer."""
        from transformers import AutoTokenizer

        return self._loaded(AutoTokenizer)

    @cached_property
    def model(self) -> Any:
        """Its weights, ready to infer."""
        import torch
        from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

        with _turn:
            if "model" in self.__dict__:
                return self.__dict__["model"]
            kind = AutoModelForSeq2SeqLM if self.two_sided else AutoModelForCausalLM
            device = self.device or ("cuda" if torch.cuda.is_available() else "cpu")
            return self._loaded(kind, dtype=self.dtype, use_safetensors=True).to(device).eval()

    @property
    def two_sided(self) -> bool:
        """Whether it is an encoder-decoder, as T5 is: it reads the prompt once and writes a text of its own."""
        return bool(self.config.is_encoder_decoder)

    @cached_property
    def window(self) -> int | None:
        """Tokens that it can read: prompt and answer together, or each where it is two-sided. None: no limit known."""
        text = self.config.get_text_config()
        named = (getattr(text, key, None) for key in ("max_position_embeddings", "n_positions"))
        return self._window or next((size for size in named if isinstance(size, int) and size > 0), None)

    @cached_property
    def vocabulary(self) -> int:
        """How many tokens it tells apart; some models have rows in store that no token uses."""
        return int(self.config.get_text_config().vocab_size)

    @cached_property
    def ends(self) -> frozenset[int]:
        """The tokens that end an answer."""
        told = getattr(self.model.generation_config, "eos_token_id", None)
        ends = {*(told if isinstance(told, list) else [told]), self.tokenizer.eos_token_id}
        return frozenset(token for token in ends if token is not None)

    def prompt(self, messages: Sequence[BaseMessage], variables: Mapping[str, Any]) -> list[int]:
        """Messages as tokens: by the model's chat template, else by a plain layout of roles and texts.

        Args:
            messages: what it is told.
            variables: more of them for the template, for example `enable_thinking`.

        Raises:
            ModelError: the template refuses the messages.
        """
        tokenizer = self.tokenizer
        with _turn:
            special = [str(token) for token in tokenizer.added_tokens_decoder.values() if token.special]
            told = turns(messages, special)
            if not getattr(tokenizer, "chat_template", None):
                return list(tokenizer(plain_prompt(told, bare=self.two_sided)).input_ids)
            try:
                return self._templated(told, variables)
            except Exception as error:
                if told[0]["role"] != "system" or len(told) == 1:
                    raise self._refused(error) from error
            first, second, *rest = told  # some templates know no system: it is said by the user, then
            joined = {"role": second["role"], "content": f"{first['content']}\n\n{second['content']}"}
            try:
                return self._templated([joined, *rest], variables)
            except Exception as error:
                raise self._refused(error) from error

    def _templated(self, told: Sequence[Mapping[str, str]], variables: Mapping[str, Any]) -> list[int]:
        return list(
            self.tokenizer.apply_chat_template(
                list(told), add_generation_prompt=True, tokenize=True, return_dict=False, **variables
            )
        )

    def _refused(self, error: Exception) -> ModelError:
        return ModelError(f"the chat template of {self.name!r} refuses the conversation: {error}")

    def decode(self, tokens: Sequence[int]) -> str:
        """Tokens as text, without those that only mark."""
        with _turn:
            return str(
                self.tokenizer.decode(list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False)
            )

    def same_tokens(self, other: Checkpoint) -> bool:
        """Whether both number their tokens alike."""
        return bool(self.tokenizer.get_vocab() == other.tokenizer.get_vocab())

    def folder(self) -> Path | None:
        """Where it lies; None for a name on the hub.

        Raises:
            ModelError: it is named as a folder, and there is none.
        """
        folder = Path(self.name).expanduser()
        if folder.is_dir():
            return folder
        if folder.is_absolute() or self.name.startswith((".", "~")) or self.name.count("/") > 1:
            raise ModelError(f"there is no folder {self.name!r}: give a folder of a Hugging Face model, or its name")
        return None

    def _loaded(self, kind: Any, **options: Any) -> Any:
        local = self.folder()
        revision = {} if local or self.revision is None else {"revision": self.revision}
        try:
            with _turn:
                return kind.from_pretrained(str(local or self.name), **revision, **options)
        except (OSError, ValueError, ImportError, KeyError) as error:
            reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
            way = (
                "it must hold config.json, model.safetensors and tokenizer.json"
                if local
                else f"without a network it must be here already: `hf download {self.name}`, or name a folder"
            )
            raise ModelError(f"the model {self.name!r} cannot be loaded ({way}): {reason}") from error


def needed(by: str) -> None:
    """Raises where the extra `local` is not installed.

    Raises:
        MissingExtra: it is not.
    """
    for package in ("torch", "transformers"):
        if find_spec(package) is None:
            raise MissingExtra(package, "local", by)
