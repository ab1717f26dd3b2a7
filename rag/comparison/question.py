"""Questions that compare two named things: what is compared, by which property, and what is asked of each [1].

"Which film came out first, A or B?" is two questions about one thing each ("When was A released?") and a rule: the
earlier date. English only; whatever is not recognised is no comparison.

[1] Min et al.: Multi-hop Reading Comprehension through Question Decomposition and Rescoring (2019), section 3.3, where
    comparisons are decomposed by a trained model. Here they are by rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.comparison.attributes import ROLES, Attribute, Judge, asked_of, kind_of_same
from rag.comparison.nested import nested
from rag.comparison.operands import CONNECTING, divided, is_name, listed, until_lower, words_of
from rag.comparison.than import than

__all__ = ["Comparison", "comparison"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A question over two named things, or over who stands behind one."""

    operands: tuple[tuple[str, ...], ...]
    """The two names or more, or the one, for each way to read the question; the likeliest first."""
    attribute: Attribute
    """What is asked of each, and how the answers are judged."""
    through: str = ""
    """What leads from each name to what is compared, as a question: `Who is the director of {}?`. Empty for the named
    things themselves."""
    of_first: bool = False
    """Whether the question is if the first of two is the one: `Is A older than B?`."""

    @property
    def judge(self) -> Judge:
        """How the two answers are judged."""
        return self.attribute.judge

    @property
    def names(self) -> frozenset[str]:
        """Every name, in any way to read the question."""
        return frozenset(name for pair in self.operands for name in pair)

    @property
    def one_of_two(self) -> bool:
        """Whether one of the two is the answer, and not a yes or a no."""
        return self.judge in ("least", "most", "choice") and not self.of_first

    def chosen(self, words: str) -> str:
        """The one of the names that some words share most with; empty where they tell nothing.

        Of a name with a comma in it, which may be a list, the words themselves stand.
        """
        said = words_of(words)
        for pair in self.operands:
            shares = [len(said & words_of(name)) / len(words_of(name)) for name in pair]
            if shares.count(max(shares)) == 1:
                name = pair[shares.index(max(shares))]
                return words if "," in name else name
        return ""


def comparison(question: str) -> Comparison | None:
    """What an English question compares, or asks of who stands behind a name; None where it does neither."""
    text = " ".join(question.split())
    text = text.rstrip(" ?") if "?" in text else text.rstrip(".")
    if len(text) > _LONGEST:
        return None
    for read in (_which, _among, _between, _was_either, _than, _same_as, _yes_or_no, _of_one):
        if (found := read(text)) is not None:
            return found if found.operands else None
    return None


_LONGEST = 400
"""Characters of a question that is looked at: what is longer is a text."""
_VERB = (
    r"(?:is|are|was|were|has|have|had|did|does|do|came|come|died|won|lived|began|opened|started|ended|released|"
    r"contains?|includes?|played|plays|wrote|directed|weighs|costs|earns|lasts)"
)
_WH = r"(?:who|what|which|whose|whom|in which|on which|at which|of which|for which|to which)\b"
_TAILED = re.compile(rf"(?P<names>.+? or .+?), (?P<tail>{_VERB}\b.+)\Z", re.IGNORECASE)
_HEADED = re.compile(rf"(?P<head>{_WH}.*?)(?:,|:)[\"”']?\s+(?P<names>.+\bor\b.+)\Z", re.IGNORECASE)
_BARE = re.compile(
    rf"(?P<head>(?i:{_WH})(?:(?! or ).)*?\b(?:first|earlier|later|older|younger|oldest|youngest|longer|taller|larger|"
    r"bigger|more recently|most recently|last|heavier|lighter|cheaper|"
    r"more expensive|higher|deeper|wider|faster|newer))\s+(?P<names>(?:the )?[^\Wa-z].* or .+)\Z"
)


def _which(text: str) -> Comparison | None:
    """`Which film came out first, A or B`; `Which band, A or B, had more members`; `Who is older A or B`."""
    match = _HEADED.match(text) or _BARE.match(text)
    if match is None:
        return None
    head, names = match["head"].strip(), match["names"]
    if tailed := _TAILED.match(names):
        head, names = f"{head} {tailed['tail']}", tailed["names"]
    return _asked(head, [*divided(names, "or"), *filter(None, (listed(names),))])


_OF_SEVERAL = re.compile(
    r"(?P<wh>who|which|what)(?P<noun> [\w-]+)? (?:of|among|out of) (?:the )?(?:(?:two|three|four|five)\b:? )?"
    rf"(?P<names>.+? (?:and|or) .+?),? (?P<tail>{_VERB}\b.+)\Z",
    re.IGNORECASE,
)


def _among(text: str) -> Comparison | None:
    """`Which of A, B and C is the heaviest`."""
    if (match := _OF_SEVERAL.match(text)) is None:
        return None
    names = listed(match["names"])
    found = _asked(
        f"{match['wh']}{match['noun'] or ''} {match['tail']}", [names] if names else divided(match["names"], "and")
    )
    return found if found and found.judge in ("least", "most") else None


def _than(text: str) -> Comparison | None:
    """`Is A heavier than B`."""
    found = than(text)
    return Comparison(found[0], found[1], of_first=True) if found else None


_AMONG = re.compile(
    r"(?:between|of|out of|among) (?:the (?:two|films?|bands?) )?(?P<names>.+? and .+?), (?P<head>who|which|what)\b"
    r"(?P<rest>.+)\Z",
    re.IGNORECASE,
)
_AT_END = re.compile(
    rf"(?P<head>{_WH}.+?),? (?:between|out of) (?:the )?(?P<names>[^,]+ (?:and|or) .+)\Z", re.IGNORECASE
)


def _between(text: str) -> Comparison | None:
    """`Between A and B, who is older`; `Who is older between A and B`."""
    if match := _AMONG.match(text):
        return _asked(match["head"] + match["rest"], divided(match["names"], "and"))
    if match := _AT_END.match(text):
        found = _asked(match["head"], divided(match["names"], "and") or divided(match["names"], "or"))
        return found if found and found.judge in ("least", "most") else None
    return None


_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could)"
_EITHER = re.compile(rf"(?P<aux>{_AUXILIARY}) (?:either )?(?P<names>.+\bor\b.+)\Z", re.IGNORECASE)
_PREDICATE = re.compile(
    r"(?<=\w|\)) (?P<predicate>(?:born|released|published|founded|formed|established|built|opened|created|made|come|"
    r"came|die|died|live|lived|the|a|an|older|younger|taller|larger|bigger|longer|first|more|located|based|win|have)\b"
    r".*)\Z"
)


def _was_either(text: str) -> Comparison | None:
    """`Was A or B born first`: the second name ends where a predicate begins."""
    match = _EITHER.match(text)
    if match is None or text.count(" or ") != 1 or " than " in text:
        return None
    pairs = []
    head = ""
    for left, rest in divided(match["names"], "or"):
        if (predicate := _PREDICATE.search(rest)) and is_name(left):
            right = rest[: predicate.start()].rstrip(" ,")
            head = f"which {match['aux'].lower()} {predicate['predicate']}"
            if is_name(right):
                pairs.append((left, right))
    return _asked(head, pairs) if pairs else None


_SAME = re.compile(
    rf"(?P<aux>{_AUXILIARY}) (?P<subject>.+?),? (?:(?:both|all) )?"
    r"(?:(?:have|has) (?:the |their )?(?P<role>\w+?)s? (?:(?:that|who|which) )?(?:(?:are|were|is) )?)?"
    r"(?:(?:located|situated|found|based|born|produced|made|released|from|of|in|have|has|had|share|shares|shared|hold|"
    r"originate|originates|come|comes|belong|to|at|on|are|were|being|by|headquartered) )*"
    r"the same (?P<what>[\w' ]+?)(?: as (?P<other>.+?))?\Z",
    re.IGNORECASE,
)


def _same_as(text: str) -> Comparison | None:
    """`Are A and B from the same country`; `Does A have the same nationality as B`."""
    match = _SAME.match(text)
    if match is None:
        return None
    attribute = kind_of_same(match["what"])
    if attribute is None:
        return None
    role = (match["role"] or "").lower()
    if match["other"]:
        pairs = [(match["subject"], match["other"])]
        return Comparison(tuple(pairs), attribute)
    subject = re.sub(r"(?<= and )(.*?)\s+(?:both\b.*|endemic\Z|native\Z)", r"\1", match["subject"])
    subject, through = _role_of(subject, role if role in ROLES else "")
    return Comparison(tuple(divided(subject, "and")), attribute, through)


_BOTH = re.compile(rf"(?P<aux>{_AUXILIARY}) (?P<subject>.+? and .+?),? both (?P<predicate>.+)\Z", re.IGNORECASE)
_BOTH_FIRST = re.compile(rf"(?P<aux>{_AUXILIARY}) both (?P<subject>.+? and .+)\Z", re.IGNORECASE)


def _yes_or_no(text: str) -> Comparison | None:
    """`Are A and B both American singers`; `Are both A and B genera`."""
    if match := _BOTH.match(text):
        pairs, predicate = divided(match["subject"], "and"), match["predicate"]
    elif match := _BOTH_FIRST.match(text):
        name, predicate = until_lower(match["subject"])
        pairs = divided(name, "and")
    else:
        return None
    pairs = [
        pair for pair in pairs if not any(word[0].islower() and word not in CONNECTING for word in pair[1].split())
    ]
    if not pairs or not predicate:
        return None
    claim = _claim(match["aux"].lower(), predicate)
    return Comparison(tuple(pairs), Attribute("each", "claim", claim))


def _claim(aux: str, predicate: str) -> str:
    """What is said of each where both are asked of: `{} is a genus`."""
    verb = {"are": "is", "were": "was", "do": "", "did": "", "have": "has"}.get(aux, aux)
    return " ".join(f"{{}} {verb} {predicate}".split())


def _of_one(text: str) -> Comparison | None:
    """`Where was the director of the film Grey Harbour born`."""
    found = nested(text)
    return Comparison(((found.name,),), found.attribute, found.through) if found else None


def _asked(head: str, pairs: Sequence[tuple[str, ...]]) -> Comparison | None:
    """A comparison that asks for one of two, or of more where values decide."""
    if not pairs:
        return None
    role = _ROLE.match(head)
    through = ""
    noun = ""
    if role is not None and role["role"].lower() in ROLES:
        noun = role["noun"].lower()
        through = f"Who is the {role['role'].lower()} of the {noun} {{}}?"
        head = f"who {role['rest']}"
    found = Comparison(tuple(pairs), asked_of(head), through)
    if found.judge == "choice":
        pairs = [pair for pair in pairs if len(pair) == 2]
        return replace(found, through="", operands=tuple(pairs)) if pairs else None
    return found


_ROLE = re.compile(
    r"(?:which|what) (?P<noun>[\w-]+(?: [\w-]+)?) (?:(?:has|have|had) (?:the|a|its)|whose|with the) (?P<role>[\w-]+) "
    r"(?:(?:who|that|which) )?(?P<rest>.+)\Z",
    re.IGNORECASE,
)
_OF_ROLE = re.compile(
    r"(?:both )?(?:the )?(?:both )?(?P<role>[a-z]+?)s? of (?:both )?(?:the )?(?:both )?(?P<noun>[a-z]+?)s?[:,]? "
    r"(?P<rest>(?![a-z]+ and\b).+)\Z",
    re.IGNORECASE,
)


def _role_of(subject: str, role: str) -> tuple[str, str]:
    """The names of `the directors of films A and B`, and the question that leads from them to the directors."""
    if role:
        return subject, f"Who is the {role} of {{}}?"
    if (match := _OF_ROLE.match(subject)) is None or match["role"].lower() not in ROLES:
        return subject, ""
    again = re.compile(rf"\b(and) (?:the )?{match['role']} of (?:the )?(?:{match['noun']} )?", re.IGNORECASE)
    return again.sub("and ", match["rest"]), f"Who is the {match['role'].lower()} of the {match['noun'].lower()} {{}}?"
