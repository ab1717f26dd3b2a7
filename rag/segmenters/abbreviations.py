"""Words that end in a full stop without ending a sentence, in the languages most documents are written in.

Compiled by hand from common usage (style guides, dictionaries' lists of abbreviations).
Lower case, without the last stop.
"""

from __future__ import annotations

__all__ = ["AFTER_HOUR", "BEFORE_NAME", "BEFORE_NUMBER", "CAPITAL_ONLY", "INSIDE", "MAY_END", "MONTHS", "STARTERS"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BEFORE_NAME = _words(
    # English
    "mr mrs ms mx messrs dr drs prof st ste mt ft gen col lt capt cpt sgt cpl pvt maj cmdr comdr adm brig rev "
    "hon sen rep reps sens gov pres supt insp det amb atty asst assoc dist esp ph.d.s "
    # German, Dutch, Danish, Swedish, Norwegian
    "hr fr frl dipl ing mag med jur phil rer nat hl dhr mevr mw drs ir mej skt kong kgl "
    # French, Spanish, Portuguese, Italian
    "mme mlle mgr sra srta sres srs dra dña exmo exma ilmo lic arq ud uds vd sig sigra sig.ra sig.na sigg "
    "dott dott.ssa prof.ssa avv geom rag arch dir egr gent spett "
    # Russian, Ukrainian, Polish, Czech
    "ул пгт пос д дер обл р им проф акад доц т тт тов гр о св пр просп пер стр корп ред см напр ср ul "
    "pl płk gen inż mgr hab dr.hab ks św np tzn tzw tj m.in p ing mudr judr phdr sv "
)
"""A name, or whatever else, follows: never the end."""

CAPITAL_ONLY = _words(
    "fr ir apt dept rep reps gen det dist mag dir arch sen sens gov pres rev hon sig lt maj adm st ft arq op tel "
)
"""Those of the others that are also plain words where they begin with a small letter."""

AFTER_HOUR = _words(
    "a.m p.m monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat "
    "sun today tomorrow tonight january february march april may june july august september october november "
    "december jan feb mar apr jun jul aug sep sept oct nov dec eastern pacific central mountain greenwich mr "
    "mrs ms dr "
)
"""What follows `a.m.` and `p.m.` inside a sentence, and these two themselves."""

INSIDE = _words(
    "e.g i.e eg ie cf vs viz approx ca circa resp incl excl avg est dept p.s univ ibid op cit trans econ az ee "
    "z.b d.h u.a bzw ggf evtl vgl inkl exkl zzgl sog bspw insb zit o.ä u.ä u.u i.d.r i.a z.t z.z bijv d.w.z "
    "m.a.w o.a t.a.v t.ex bl.a d.v.s dvs f.eks bl.a ca p.ex c.-à-d env p.e p.ej ej núm admón párr ad.es es "
    "cfr pag т.е т.к т.н куб кв tel apt "
)
"""A sentence goes on behind it."""

BEFORE_NUMBER = _words(
    "no nos nr nº n° № num núm núms art arts vol vols fig figs eq eqs sec secs sect ch chap p pp pg pgs para "
    "paras ed eds ser tab tabs app ex exs pt pts v vv ver vers stat subsec abs ziff bd bde s kap abb anm aufl "
    "pág págs párrf cap caps tít inc cl ley lun mar mié jue vie sáb dom mon tue tues wed thu thur thurs fri sat "
    "sun jan feb mar apr jun jul aug sep sept oct okt nov dec dez ene abr ago dic gen mag giu lug set ott rs "
    "usd eur tel fax ext ст п пп рис табл гл с "
)
"""A number follows: the end only where none does."""

MAY_END = _words(
    "usf г гг etc inc co corp ltd llc plc bros jr sr esq ph.d phd m.d b.a m.a b.sc m.sc d.c a.d b.c b.c.e c.e u.s u.k "
    "u.n e.u u.s.a al cos intl natl assn ave blvd rd hwy sq ft lb lbs hrs min mins sec secs usw u.s.w gmbh mio "
    "mrd s.a s.l s.p.a s.r.l ee.uu uu pvt н.э э т.д т.п др пр руб коп млн млрд тыс т.б б.з.б enz m.v bv "
)
"""The end where the next word looks like a beginning."""

STARTERS = _words(
    "the a an this that these those it he she we they i you my our your his her their its in on at by for from "
    "with when while if as after before since because although though but and so or yet however there here what "
    "who why how where which then also some many most all both each every one no not now once under until "
    "during despite unlike according do does did can could would will should is are was were have has let see "
    "if any such its only even still according i'm i'd i've i'll it's he's she's they're we're you're that's "
    "there's please thanks thank der die das ein eine es er sie wir ihr ich und aber im in am wenn als dies "
    "diese dieser le la les un une il elle nous vous ils je ce cette et mais el los las una yo él ella y pero "
    "en si su sus lo gli uno io noi ma e det den en et jeg han hun vi de i men hvis hvad och hij zij wij het "
    "een maar он она они мы вы я это в на и но το τα η ο οι "
)
"""Words that often begin a sentence and seldom follow an abbreviation inside one."""

MONTHS = _words(
    "januar jänner februar märz april mai juni juli august september oktober november dezember januari februari "
    "maart mei juni juli augustus januar marts maj січня лютого березня января февраля марта апреля мая июня "
    "июля августа сентября октября ноября декабря jahrhundert jahrhunderts jh jhd jahrestag geburtstag klasse "
    "auflage "
)
"""What follows an ordinal number written with a stop, as in `12. Juni`."""
