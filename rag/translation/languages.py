"""Languages by code and by name."""

from __future__ import annotations

__all__ = ["called", "code_of", "name_of"]

_NAMES = {
    "ar": "Arabic العربية", "ca": "Catalan català", "cs": "Czech čeština česky Tschechisch",
    "da": "Danish dansk Dänisch", "de": "German Deutsch allemand alemán", "el": "Greek ελληνικά Griechisch",
    "en": "English Englisch anglais inglés", "es": "Spanish español Spanisch espagnol", "et": "Estonian eesti",
    "fa": "Persian فارسی", "fi": "Finnish suomi Finnisch", "fr": "French français Französisch francés",
    "hi": "Hindi हिन्दी", "hu": "Hungarian magyar Ungarisch", "id": "Indonesian",
    "it": "Italian italiano Italienisch", "ja": "Japanese 日本語 Japanisch", "ko": "Korean 한국어 Koreanisch",
    "lt": "Lithuanian lietuvių", "nl": "Dutch Nederlands Niederländisch", "no": "Norwegian norsk Norwegisch",
    "pl": "Polish polski Polnisch", "pt": "Portuguese português Portugiesisch", "ro": "Romanian română",
    "ru": "Russian русский Russisch", "sv": "Swedish svenska Schwedisch", "th": "Thai ไทย",
    "tr": "Turkish Türkçe Türkisch", "uk": "Ukrainian українська Ukrainisch", "zh": "Chinese 中文 汉语 Chinesisch",
}  # fmt: skip
"""English first, then as columns of lists of words call it."""


def code_of(language: str) -> str:
    """`de` of `de`, `de-AT`, `German`; what is not known stays, in small letters."""
    folded = language.strip().casefold()
    short = folded.replace("_", "-").partition("-")[0]
    if short in _NAMES:
        return short
    return next((code for code, names in _NAMES.items() if folded in names.casefold().split()), short)


def name_of(language: str) -> str:
    """`German` of `de`, `German (de-AT)` of `de-AT`; what is not known stays as it is."""
    code = code_of(language)
    if code not in _NAMES:
        return language
    name = _NAMES[code].split()[0]
    return name if language.strip().casefold() in (code, name.casefold()) else f"{name} ({language})"


def called(language: str) -> tuple[str, ...]:
    """Everything that a language is called, in small letters."""
    code = code_of(language)
    return (language.strip().casefold(), code, *_NAMES.get(code, "").casefold().split())
