"""Personal data found by presidio's recognisers: some fifty kinds by form and context, names with a model of spaCy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from rag.errors import MissingExtra, ModelError, UsageError, did_you_mean

__all__ = ["entities", "kinds"]


def entities(
    text: str, wanted: Sequence[str], *, model: str | None = None, language: str = "en", least: float = 0.4
) -> list[tuple[str, int, int]]:
    """Kind in small letters, start and end of what is found, in order and apart; of two that overlap the surer one.

    Args:
        text: what is looked at.
        wanted: presidio's names of kinds: `US_SSN`, `IP_ADDRESS`, `PERSON` ...
        model: a model of spaCy that finds names and places; without it only what has a form is found.
        language: of the recognisers.
        least: score from which a find counts, 0 to 1.

    Raises:
        MissingExtra: the extra `presidio` is not installed.
        ModelError: the model of spaCy is not on this machine.
        UsageError: there is no such kind.
    """
    if not wanted or not text.strip():
        return []
    engine = _engine(model, language)
    known = kinds(model, language)
    for name in wanted:
        if name not in known:
            hint = did_you_mean(name, known)
            without = "" if model else "; names and places need a model of spaCy (presidio_model)"
            raise UsageError(f"presidio finds no {name!r} in {language!r}. {hint}{without}")
    found = engine.analyze(text, language=language, entities=list(wanted), score_threshold=least)
    taken: list[tuple[str, int, int]] = []
    for one in sorted(found, key=lambda one: (-one.score, one.start - one.end, one.start)):
        if all(one.end <= start or end <= one.start for _, start, end in taken):
            taken.append((one.entity_type.lower(), one.start, one.end))
    return sorted(taken, key=lambda one: one[1])


def kinds(model: str | None = None, language: str = "en") -> tuple[str, ...]:
    """The names of what can be found."""
    return tuple(sorted(_engine(model, language).get_supported_entities(language)))


@lru_cache(maxsize=4)
def _engine(model: str | None, language: str) -> Any:
    try:
        import presidio_analyzer as presidio
        import spacy
        import tldextract
        from presidio_analyzer.nlp_engine import SpacyNlpEngine
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "presidio_analyzer", "presidio", "guard with presidio") from None
    # It would fetch a list of domains from the network when it sees its first address; it brings one itself.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    try:
        nlp = spacy.blank(language) if model is None else spacy.load(model)
    except (OSError, ImportError) as error:
        raise ModelError(f"presidio_model {model!r} is no model of spaCy on this machine: {error}") from error

    class Loaded(SpacyNlpEngine):  # type: ignore[misc]  # presidio's types are not read
        """A model that is there; presidio's own would download one."""

        def load(self) -> None:
            self.nlp = {language: nlp}

    ready = Loaded(models=[{"lang_code": language, "model_name": model or "blank"}])
    ready.load()
    registry = presidio.RecognizerRegistry(supported_languages=[language])
    registry.load_predefined_recognizers(languages=[language])
    if model is None:
        registry.recognizers = [one for one in registry.recognizers if type(one).__name__ != "SpacyRecognizer"]
    return presidio.AnalyzerEngine(registry=registry, nlp_engine=ready, supported_languages=[language])
