"""Which step may follow which state of an order, and what is said where one may not."""

from __future__ import annotations

import pytest

from city.catalogue.words import words
from city.errors import Conflict
from planner.orders import NEXT, may_follow


def test_a_refused_step_names_the_state_and_what_may_follow() -> None:
    """In words of the language, never a code of the other."""
    with pytest.raises(Conflict) as refused:
        may_follow("decided", "acknowledged")
    assert str(refused.value) == (
        "the order is decided; acknowledged cannot follow, only aborted, overridden, sent, started"
    )
    assert refused.value.said(words("sv")) == (
        "utkallningen är beslutad; kvitterad kan inte följa, bara avbruten, ändrad, utskickad, startad"
    )
    with pytest.raises(Conflict, match="the order is done; sent cannot follow, only nothing: it has ended"):
        may_follow("done", "sent")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_step_has_its_word(language: str) -> None:
    """All that may follow is said, and no two steps alike."""
    steps = set(NEXT) | {step for after in NEXT.values() for step in after}
    assert len({words(language).raw(f"error.order.step.{step}") for step in steps}) == len(steps)
