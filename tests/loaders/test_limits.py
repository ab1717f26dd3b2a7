from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from rag.loaders.limits import Limits


def test_bounds_are_positive() -> None:
    with pytest.raises(ValueError, match="max_pages must be positive, not 0"):
        Limits(max_pages=0)


def test_as_a_field_it_refuses_unknown_keys() -> None:
    adapter = TypeAdapter(Limits)
    assert adapter.validate_python({"max_pages": 3}) == Limits(max_pages=3)
    with pytest.raises(ValidationError, match="max_page"):
        adapter.validate_python({"max_page": 3})
