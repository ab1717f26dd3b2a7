"""The elements that a picture is made of."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

__all__ = ["SHAPES", "circle", "document", "ring", "shape", "square", "text"]


def document(width: float, height: float, body: Iterable[str]) -> str:
    """A whole SVG file."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" font-family="system-ui, sans-serif" font-size="11">'
    )
    return "\n".join([head, f'<rect width="{width}" height="{height}" fill="#fff"/>', *body, "</svg>"]) + "\n"


def circle(x: float, y: float, colour: str, radius: float = 4) -> str:
    """A filled mark."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}" fill-opacity="0.85"/>'


SHAPES = ("M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z", "M-4-4h8v8h-8Z", "M0-5.2L5 3.6H-5Z", "M0-5.4L5.4 0 0 5.4-5.4 0Z")
"""Paths around the origin, of one area: a disc, a square, a triangle, a rhombus."""


def shape(x: float, y: float, colour: str, number: int) -> str:
    """A filled mark of one of `SHAPES`; there are as many as can be told apart at this size."""
    path = SHAPES[number % len(SHAPES)]
    return f'<path d="{path}" transform="translate({x:.1f} {y:.1f})" fill="{colour}" fill-opacity="0.85"/>'


def ring(x: float, y: float, colour: str, radius: float = 8) -> str:
    """A circle around a mark."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def square(x: float, y: float, colour: str, side: float = 14) -> str:
    """A square around a mark."""
    left, top = x - side / 2, y - side / 2
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{side}" height="{side}" fill="none" stroke="{colour}"/>'


def text(x: float, y: float, content: str, anchor: str = "start", colour: str = "#000") -> str:
    """One line, escaped."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(content)}</text>'
