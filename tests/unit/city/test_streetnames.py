"""Streets that somebody meant: misspelt, in the other language of the town, or begun."""

from __future__ import annotations

import pytest

from city.streetnames import stem_of, street_meant

HELSINKI = (
    *("Mannerheimintie", "Mannerheiminaukio", "Mechelininkatu", "Aleksanterinkatu", "Pohjoisesplanadi", "Fabianinkatu"),
    *("Mikonkatu", "Kaisaniemenkatu", "Lönnrotinkatu", "Bulevardi", "Maneesikatu", "Kalevankatu", "Runeberginkatu"),
)
VAXJO = ("Storgatan", "Stortorget", "Kungsgatan", "Björkvägen", "Björngatan", "Åvägen", "Sjövägen", "Skovägen")


@pytest.mark.parametrize(
    ("written", "known", "first"),
    [
        ("Manerheimvägen", HELSINKI, "Mannerheimintie"),
        ("Alexandersgatan", HELSINKI, "Aleksanterinkatu"),
        ("Fabiansgatan", HELSINKI, "Fabianinkatu"),
        ("Runebergsgatan", HELSINKI, "Runeberginkatu"),
        ("Lönrotsgatan", HELSINKI, "Lönnrotinkatu"),
        ("Bulevarden", HELSINKI, "Bulevardi"),
        ("kungs gata", VAXJO, "Kungsgatan"),
        ("Björkgatan", VAXJO, "Björkvägen"),
        ("avagen", VAXJO, "Åvägen"),
        ("Storgtan", VAXJO, "Storgatan"),
        ("Kugnsgatan", VAXJO, "Kungsgatan"),
        ("Kongens gate", ("Kongensgate", "Kirkegata"), "Kongensgate"),
        ("Kirkeveien", ("Kongensgate", "Kirkegata"), "Kirkegata"),
        ("Vestergaden", ("Vestergade", "Vesterbrogade"), "Vestergade"),
    ],
)
def test_the_street_that_was_meant_comes_first(written: str, known: tuple[str, ...], first: str) -> None:
    found = street_meant(written, known)
    assert found[:1] == (first,)
    assert len(found) <= 3


def test_at_most_three_and_none_that_is_far_off() -> None:
    many = [f"Storgatan {n}" for n in range(9)]
    assert len(street_meant("Storgatan", many)) == 3
    assert street_meant("Xyzgatan", VAXJO) == ()
    assert street_meant("Kvarnvägen", ("Kvarngatan", "Åvägen", "Hovvägen", "Lagvägen")) == ("Kvarngatan",)
    assert street_meant("…", VAXJO) == ()


def test_what_is_begun_is_found() -> None:
    assert street_meant("Manner", HELSINKI)[0].startswith("Mannerheim")


@pytest.mark.parametrize(
    ("plain", "stem"),
    [
        ("mannerheimintie", "mannerheimi"),
        ("manerheimvagen", "manerheim"),
        ("kungsgatan", "kung"),
        ("avagen", "avagen"),
        ("ringen", "ringen"),
        ("esplanaden", "esplanaden"),
    ],
)
def test_a_stem_is_a_name_without_ending_and_owner(plain: str, stem: str) -> None:
    assert stem_of(plain) == stem
