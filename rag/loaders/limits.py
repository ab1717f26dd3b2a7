"""How much of a source is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

__all__ = ["Limits"]

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one source. Whatever passes one is reported with the bound's name and left out; nothing is cut short.

    Raises:
        ValueError: a bound is not positive.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    max_bytes: int = 128 * MIB
    """Of the file or response itself, in bytes."""
    max_expanded_bytes: int = 512 * MIB
    """Of everything unpacked from one container (gz, docx, pptx, xlsx, epub), in bytes."""
    max_ratio: int = 200
    """Unpacked bytes to a packed byte, once 8 MiB are unpacked. Real documents stay below 100."""
    max_members: int = 10_000
    """Files in a container, attachments of a mail."""
    max_nesting: int = 4
    """Containers within containers: a gz in a mail in a mail is 3."""
    max_characters: int = 50_000_000
    """Of extracted text."""
    max_line_characters: int = 10_000_000
    """Of one line of extracted text. The longest novels have about 3,000,000 characters."""
    max_pages: int = 10_000
    """Pages, slides or sheets."""
    max_memory_bytes: int = 1024 * MIB
    """Of the process that parses, in bytes, where the system can enforce it."""
    timeout_s: float = 60.0
    """For reading one source, in seconds."""
    isolate: bool = True
    """Parse in a worker process, so that a crash or a hang of a parser costs one source. False: in this process,
    without `timeout_s` and `max_memory_bytes`."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "isolate" and value <= 0:
                raise ValueError(f"{field.name} must be positive, not {value!r}")
