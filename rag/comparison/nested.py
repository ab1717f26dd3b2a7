"""Questions about who stands behind a name: `Where was the director of the film Grey Harbour born?`.

They are two: who the director is, and where that one was born.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.comparison.attributes import ROLES, Attribute, Kind
from rag.comparison.naming import without_addition

__all__ = ["Nested", "nested"]


@dataclass(frozen=True, slots=True)
class Nested:
    """A name, what leads on from it, and what is asked there."""

    name: str
    through: str
    attribute: Attribute


_ROLE = "|".join(sorted(ROLES))
_REST = (
    r"'s (?:birthday|nationality)|born|dies?|died|(?:is |was )?from|received?|stud(?:y|ied)|graduated?(?: from)?|"
    r"(?:is |was )?buried|educated|lived?|worked?|won|win"
)
_OF = re.compile(
    rf"(?P<outer>.+ )(?:the )?(?P<role>{_ROLE}) of (?:the )?(?P<noun>[a-z]+(?: (?!of )[a-z]+)? )??"
    rf"(?P<name>[^\Wa-z_].*?|[\"“].+?[\"”])(?P<rest> ?(?:{_REST}))?\Z"
)
_WHOSE = re.compile(rf"(?P<outer>.+? )(?P<name>[^\Wa-z_].*?)['’]s (?P<role>{_ROLE})(?P<rest> ?(?:{_REST}))?\Z")
_LEADS = re.compile(
    r"(?:who|what|when|where) (?:is|was|are|were) "
    r"(?:the )?(?!(?:first |last |sur)?names?\b)[\w-]+(?: of [\w-]+)? of \Z|"
    r"\b(?:nationality|country|religion|occupation|profession)(?: is| was)? \Z",
    re.IGNORECASE,
)
"""What ends before a thing that it is asked of."""
_CLAUSE = re.compile(r"\S (?:where|who|whom|that|which|whose|when)\b")
"""What shows that a question has more in it than that."""
_WHEN = re.compile(r"\A(?:when|in (?:what|which) year)\b|\bdate of|\bbirthday", re.IGNORECASE)
_NATION = re.compile(r"\bnationality\b|\A(?:which|what) country\b.* from\Z", re.IGNORECASE)


def nested(text: str) -> Nested | None:
    """What is asked of who stands behind a name, of a question without its mark; None where it is none such."""
    match = _OF.match(text) or _WHOSE.match(text)
    if match is None:
        return None
    outer, rest = match["outer"].removesuffix("the "), (match["rest"] or "").replace(" 's", "'s")
    if not (rest or _LEADS.search(outer)) or any(map(_CLAUSE.search, (outer, match["name"]))):
        return None
    if without_addition(match["name"]).split()[-1][0].islower():
        return None
    whole = outer + rest
    kind: Kind = "date" if _WHEN.search(whole) else "nation" if _NATION.search(whole) else "words"
    noun = (match.groupdict().get("noun") or "").strip()
    through = f"Who is the {match['role']} of {f'the {noun} ' if noun else ''}{{}}?"
    return Nested(match["name"].strip(' "“”'), through, Attribute("single", kind, f"{outer}{{}}{rest}?"))
