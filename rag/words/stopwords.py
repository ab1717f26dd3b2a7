"""Function words that every text has: articles, pronouns, prepositions, conjunctions, auxiliaries.

Short on purpose: a word that can carry a question is not here. Written from the closed word classes that grammars list
(Quirk et al.: A comprehensive grammar of the English language, 1985; school grammars of the other languages).
"""

from __future__ import annotations

__all__ = ["STOP_WORDS"]

_LISTS = {
    "en": "a an the this that these those and or but nor if then than as of at by for from in into on onto to with "
    "without about over under between through during is am are was were be been being do does did doing done "
    "have has had having can could will would shall should may might must i me my mine we us our ours you "
    "your yours he him his she her hers it its they them their theirs who whom whose which what when where "
    "why how there here not no so such too very also just any some each s t d ll m re ve don didn doesn isn "
    "aren wasn weren won wouldn couldn shouldn hasn haven hadn",
    "de": "der die das den dem des ein eine einen einem einer eines und oder aber denn doch wenn als ob dass daß "
    "weil wie von vom zu zum zur in im an am auf aus bei beim mit nach für über unter um durch gegen ohne bis "
    "vor seit ist sind war waren sein bin bist seid hat haben hatte hatten habe wird werden wurde wurden "
    "worden kann können konnte konnten muss müssen soll sollen will wollen ich mich mir mein meine du dich "
    "dir dein er ihn ihm sein seine seiner seinen seinem sie ihr ihre ihren ihrem ihrer es wir uns unser "
    "unsere euch was wer wen wem wo wann warum welche welcher welches welchen welchem dieser diese dieses "
    "diesen diesem nicht kein keine keinen auch nur noch so sehr sich man da dort hier",
    "fr": "le la les l un une des du de d et ou mais donc or ni car si que qu qui quoi dont où quand comment "
    "pourquoi à au aux en dans par pour sur sous avec sans entre vers chez est sont était étaient être été a "
    "ont avait avaient avoir ai as avons avez je j me m moi mon ma mes tu te t toi ton ta tes il elle on nous "
    "vous ils elles se s son sa ses notre nos votre vos leur leurs lui y ce c cet cette ces ne n pas plus "
    "quel quelle quels quelles",
    "es": "el la los las lo un una unos unas y e o u pero ni si que qué quién quien quienes cuál cual cuales cuándo "
    "cuando cómo como dónde donde de del a al en por para con sin sobre entre hasta desde es son era eran fue "
    "fueron ser sido está están estaba estar ha han había haber he hay yo me mi mis tú tu te tus él ella ello "
    "ellos ellas le les se su sus nosotros nos nuestro nuestra este esta estos estas ese esa esos esas esto "
    "eso no ya muy más",
    "it": "il lo la i gli le l un uno una e ed o ma se che chi cui quale quali quando come dove perché di del dello "
    "della dei degli delle d a al allo alla ai agli alle da dal dalla dai in nel nella nei nelle con su sul "
    "sulla per tra fra è sono era erano essere stato stata ha hanno aveva avere ho io mi me mio mia tu ti te "
    "tuo tua lui lei egli si suo sua suoi sue noi ci voi vi loro questo questa questi queste quello quella "
    "non anche più",
    "pt": "o a os as um uma uns umas e ou mas nem se que quem qual quais quando como onde de do da dos das em no na "
    "nos nas por pelo pela para com sem sobre entre até é são era eram foi foram ser sido está estão estava "
    "tem têm tinha ter há eu me meu minha tu te teu tua ele ela eles elas lhe lhes se seu sua seus suas nós "
    "nosso nossa este esta isto esse essa isso não também mais à às ao aos",
    "nl": "de het een en of maar want als dan dat die dit deze wie wat welke wanneer waar waarom hoe van voor in op "
    "aan uit met bij naar over onder tot door om te ten ter is zijn was waren ben bent wordt worden werd "
    "heeft hebben had hadden heb kan kunnen zal zullen ik mij me mijn jij je jou jouw hij hem haar zij ze het "
    "ons onze wij we u uw hun er niet geen ook nog zo zich",
    "ru": "и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по ее мне было вот от меня "
    "о из ему ли если или ни быть был него до вас уже вам она они тут где есть надо ней для мы тебя их чем "
    "была сам чтоб без будто кто этот того потому этого какой ним здесь этом мой тем чтобы нее были куда при "
    "об это эта эти которой который которые",
}
STOP_WORDS = {language: frozenset(words.split()) for language, words in _LISTS.items()}
"""By language code, case-folded."""
