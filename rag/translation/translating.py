"""CRAT's fourth agent: portion by portion, always with the same translations of terms, checked and put right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from rag.errors import ModelError
from rag.generators.prompts import filled
from rag.segmenters.sentences import sentences
from rag.translation.calls import Calls
from rag.translation.checks import Problem, Sides, checked, coverage
from rag.translation.graph import Pair
from rag.translation.languages import name_of
from rag.translation.portions import Portion
from rag.translation.prompts import Prompts, quoted, translation_in

__all__ = ["Translated", "Translating"]

_SERIOUS = ("empty", "term", "inconsistent")


_Checked = tuple[str, Sequence[Problem]]
"""A translation and its problems."""


@dataclass(frozen=True)
class Translated:
    """A translation, as far as it came."""

    text: str
    problems: tuple[tuple[int, Problem], ...] = ()
    """What is left that a reader should look at, each with the character of the source where its portion begins."""
    repaired: int = 0
    """Portions that were put right."""
    stopped: str = ""
    """Why it does not go on; empty where all is translated."""
    reached: int = 0
    """Characters of the source that are translated."""


@dataclass
class Translating:
    """A translation on its way.

    A translator that follows instructions is told the terms, what stood before, and what was wrong. One that only
    translates (`instructed` is false) is given sentences alone; where a term is missing it is given the sentence again
    with the term's translation in its place, as models are trained to copy it [1].

    [1] Dinu, Mathur, Federico, Al-Onaizan: Training Neural Machine Translation To Apply Terminology Constraints (2019).
    """

    llm: BaseChatModel
    languages: tuple[str, str]
    sides: Sides
    prompts: Prompts
    calls: Calls
    instructed: bool
    prefix: str
    memory: int
    repairs: int
    _kept: dict[str, Pair] = field(default_factory=dict)

    def document(
        self, text: str, cut: Sequence[Portion], pairs: Sequence[Pair], open_terms: Sequence[str]
    ) -> Translated:
        """The translation of a text.

        Args:
            text: the source.
            cut: its portions.
            pairs: terms with the translation that each is to have.
            open_terms: terms without one: what a translation leaves as it is stays so.

        Raises:
            ModelError: the translator failed.
        """
        made: list[str] = []
        problems: list[tuple[int, Problem]] = []
        repaired = 0
        before: tuple[str, str] | None = None
        for portion in cut:
            source = text[portion.start : portion.end]
            if portion.copied:
                made.append(source)
                continue
            here = self._here(source, [*pairs, *self._kept.values()])
            translation, left, mended, stopped = self._portion(source, here, before)
            if stopped:
                return Translated("".join(made), tuple(problems), repaired, stopped, portion.start)
            made.append(translation)
            problems += [(portion.start, problem) for problem in left]
            repaired += mended
            self._remember(source, translation, open_terms)
            before = (source[-self.memory :], translation[-self.memory :]) if self.memory else None
        return Translated("".join(made), tuple(problems), repaired, reached=len(text))

    def _here(self, source: str, pairs: Sequence[Pair]) -> list[Pair]:
        words = self.sides.source.words(source)
        return [pair for pair in pairs if self.sides.source.places(pair.term, words, source)]

    def _remember(self, source: str, translation: str, open_terms: Sequence[str]) -> None:
        """Terms without a translation that were left as they are: later portions do the same."""
        for term in open_terms:
            if term not in self._kept and term in source and term in translation:
                self._kept[term] = Pair(term, term)

    def _portion(
        self, source: str, pairs: Sequence[Pair], before: tuple[str, str] | None
    ) -> tuple[str, list[Problem], bool, str]:
        """A translation, its problems, whether it was put right, and why there is none."""
        work = self._told if self.instructed else self._plain
        return work(source, pairs, before)

    def _told(
        self, source: str, pairs: Sequence[Pair], before: tuple[str, str] | None
    ) -> tuple[str, list[Problem], bool, str]:
        told = [(pair.term, pair.translation) for pair in pairs]
        source_name, target_name = map(name_of, self.languages)
        system = self.prompts.system(source_name, target_name, told, before)
        asked: list[BaseMessage] = [
            SystemMessage(system),
            HumanMessage(filled(self.prompts.text, text=quoted(source.strip()))),
        ]
        translation, stopped = self._said(asked, source, "translate")
        if stopped:
            return "", [], False, stopped
        problems, mended = self._checked(source, translation, pairs), False
        for _ in range(self.repairs):
            if not problems:
                break
            listed = "\n".join(f"- {problem.told}" for problem in problems)
            again = [
                *asked,
                AIMessage(translation.strip()),
                HumanMessage(filled(self.prompts.repair, problems=quoted(listed))),
            ]
            new, stopped = self._said(again, source, "repair", needed=False)
            left = self._checked(source, new, pairs)
            if stopped or not self._gains(source, (translation, problems), (new, left), pairs):
                break
            translation, problems, mended = new, left, True
        return translation, problems, mended, ""

    def _plain(
        self, source: str, pairs: Sequence[Pair], before: tuple[str, str] | None
    ) -> tuple[str, list[Problem], bool, str]:
        made, at, mended = [], 0, False
        for start, end in sentences(source):
            sentence = source[start:end]
            made.append(source[at:start])
            at = end
            translation, stopped = self._said([HumanMessage(self.prefix + sentence)], sentence, "translate")
            if stopped:
                return "", [], False, stopped
            missing = self._checked(sentence, translation, pairs)
            if self.repairs and any(problem.kind in _SERIOUS for problem in missing):
                given = self._with_terms(sentence, pairs)
                new, stopped = self._said([HumanMessage(self.prefix + given)], sentence, "repair", needed=False)
                left = self._checked(sentence, new, pairs)
                if not stopped and self._gains(sentence, (translation, missing), (new, left), pairs):
                    translation, mended = new, True
            made.append(translation)
        translated = "".join([*made, source[at:]])
        return translated, self._checked(source, translated, pairs), mended, ""

    def _with_terms(self, sentence: str, pairs: Sequence[Pair]) -> str:
        """A sentence with its terms replaced by their translations."""
        for pair in sorted(pairs, key=lambda pair: -len(pair.term)):
            words = self.sides.source.words(sentence)
            for start, end in reversed(self.sides.source.places(pair.term, words, sentence)):
                sentence = sentence[:start] + pair.translation + sentence[end:]
        return sentence

    def _said(self, messages: Sequence[BaseMessage], source: str, name: str, *, needed: bool = True) -> tuple[str, str]:
        """A translation, or why there is none by the limits.

        Raises:
            ModelError: the model failed, where its translation is `needed`.
        """
        said = self.calls.translate(self.llm, messages, name)
        if said.refused or (said.failure and not needed):
            return "", said.failure
        translation = translation_in(said.text, source)
        if said.failure or (not translation and needed):
            raise ModelError(f"the translator failed: {said.failure or 'it said nothing'}")
        return translation, ""

    def _checked(self, source: str, translation: str, pairs: Sequence[Pair]) -> list[Problem]:
        return checked(source, translation, pairs, self.sides)

    def _gains(self, source: str, old: _Checked, new: _Checked, pairs: Sequence[Pair]) -> bool:
        """Whether a repair is one: fewer problems, and no term less often translated as it must be than before."""
        before, after = (coverage(source, text, pairs, self.sides) for text, _ in (old, new))
        return len(new[1]) < len(old[1]) and all(one <= other for one, other in zip(before, after, strict=True))
