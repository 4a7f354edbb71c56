"""Who walks through the pages: with a mouse, with the keyboard alone, or with a finger on a phone. Acts are counted, so
is what could not be reached, and where the focus was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.sync_api import Locator, Page, TimeoutError, expect

PATIENCE_MS = 15_000
FAR = 150
"""So many presses of Tab and nobody looks any further."""
WHERE = """(place) => {
  const here = document.activeElement;
  if (here === place) return 0;
  return here === document.body || here.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING ? 1 : -1;
}"""
NOWHERE = "!document.activeElement || document.activeElement === document.body"


class OutOfReach(Exception):
    """The keys do not come to a place."""


@dataclass(frozen=True)
class Dress:
    """What a walk is dressed in: the language, what acts, and how wide the page is [px]."""

    name: str
    language: str
    acts_by: Literal["mouse", "keys", "finger"]
    width: int = 1280

    @property
    def device(self) -> dict[str, Any]:
        """What a browser's context is made with, beside its size."""
        return {"is_mobile": True, "has_touch": True, "device_scale_factor": 2} if self.acts_by == "finger" else {}


DRESSES = (
    Dress("mouse-sv", "sv", "mouse"),
    Dress("mouse-en", "en", "mouse"),
    Dress("keys-sv", "sv", "keys"),
    Dress("phone-en", "en", "finger", 390),
)


@dataclass
class Hand:
    """Acts on a page. ``acts`` counts what was done and for what, ``missed`` what could not be, ``lost`` after what the
    focus stood nowhere, ``keys`` how many of them were pressed."""

    page: Page
    acts: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    keys: int = 0

    def press(self, place: Locator, why: str) -> bool:
        """Presses a button, a link or a box; whether that was possible."""
        return self._act(place, why, lambda: self.push(place))

    def leave(self, place: Locator, why: str) -> bool:
        """Presses a link to another page, which begins anew."""
        return self._act(place, why, lambda: self.push(place), stays=False)

    def write(self, place: Locator, text: str, why: str) -> bool:
        """Fills a field."""
        return self._act(place, why, lambda: self.typed(place, text))

    def choose(self, place: Locator, value: str, why: str) -> bool:
        """Chooses from a list."""
        return self._act(place, why, lambda: self.chosen(place, value))

    def arrive(self) -> None:
        """Begins on a page that has just been opened."""

    def look(self, why: str = "meanwhile") -> None:
        """Notes where the focus stands nowhere, and goes on from the page's beginning."""
        if self.acts and self.page.evaluate(NOWHERE):
            self.lost[why] += 1
            self.page.locator("main").focus()

    def push(self, place: Locator) -> None:
        place.click(timeout=PATIENCE_MS)

    def typed(self, place: Locator, text: str) -> None:
        self.push(place)
        self.page.keyboard.type(text)

    def chosen(self, place: Locator, value: str) -> None:
        place.select_option(value, timeout=PATIENCE_MS)

    def _act(self, place: Locator, why: str, act: Callable[[], None], *, stays: bool = True) -> bool:
        try:
            place.wait_for(state="visible", timeout=PATIENCE_MS)
            act()
        except (TimeoutError, OutOfReach):
            self.missed[why] += 1
            return False
        self.acts[why] += 1
        if stays:
            expect(self.page.locator("[aria-busy=true]")).to_have_count(0, timeout=30_000)  # until it is answered
            self.look(why)
        return True


class Mouse(Hand):
    """Points and clicks."""


class Finger(Hand):
    """Taps on a screen."""

    def push(self, place: Locator) -> None:
        place.tap(timeout=PATIENCE_MS)


class Keys(Hand):
    """Tab, Shift and Tab, Enter, Space and arrows: never a click."""

    def arrive(self) -> None:
        """By the link that leads past the menu."""
        self._key("Tab")
        self._key("Enter")

    def push(self, place: Locator) -> None:
        self._go(place)
        self._key("Space" if place.evaluate("place => place.type === 'checkbox'") else "Enter")

    def typed(self, place: Locator, text: str) -> None:
        self._go(place)
        self.page.keyboard.type(text)
        self.keys += len(text)

    def chosen(self, place: Locator, value: str) -> None:
        self._go(place)
        for _ in range(place.locator("option").count()):
            if place.input_value() == value:
                return
            self._key("ArrowDown")
        if place.input_value() != value:
            raise OutOfReach

    def _go(self, place: Locator) -> None:
        for _ in range(FAR):
            way = place.evaluate(WHERE, timeout=PATIENCE_MS)
            if way == 0:
                return
            self._key("Tab" if way > 0 else "Shift+Tab")
        raise OutOfReach

    def _key(self, name: str) -> None:
        self.page.keyboard.press(name)
        self.keys += 1


HANDS: dict[str, type[Hand]] = {"mouse": Mouse, "keys": Keys, "finger": Finger}


def hand_of(dress: Dress, page: Page) -> Hand:
    """The hand that a dress acts by."""
    return HANDS[dress.acts_by](page)


def too_wide(page: Page, dress: Dress) -> int:
    """By how much a page is wider than its window [px]."""
    return max(0, int(page.evaluate("document.documentElement.scrollWidth")) - dress.width)
