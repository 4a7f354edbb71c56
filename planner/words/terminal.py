"""A plan as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from city.catalogue.formats import figure
from city.catalogue.stored import sentence_of
from city.catalogue.words import Words
from city.plan import Intervention, Plan, of_first_day


def readable(plan: Plan, zone: ZoneInfo, words: Words, *, currency: str = "kr", most: int = 40) -> str:
    """The plan in a language and a time zone: verdict, one block for each of the first ``most`` interventions with its
    reasons, and what was weak."""
    page = _Page(plan, zone, words)
    return "\n".join([*page.head(currency), *page.items(most), *page.not_cared(), *page.weak()])


@dataclass(frozen=True)
class _Page:
    plan: Plan
    zone: ZoneInfo
    words: Words

    def head(self, currency: str) -> Iterator[str]:
        plan, t, verdict = self.plan, self.words, self.plan.verdict
        head = [t(f"cli.plan.{plan.domain}"), t("cli.plan.service_day", day=plan.service_day.isoformat())]
        head.append(t("cli.plan.version", n=plan.version))
        yield " · ".join([*head, *([t("cli.plan.simulated")] if plan.simulated else [])])
        said = t("cli.plan.certainty", certainty=t(f"certainty.{verdict.certainty}"))
        price = f" · {t('cli.plan.price', amount=round(verdict.cost), currency=currency)}" if verdict.cost else ""
        call = f" · {t('cli.plan.call_by', at=self._moment(verdict.call_by))}" if verdict.call_by else ""
        yield f"  {sentence_of(verdict, 'text', t.language)} {said}{price}{call}"

    def items(self, most: int) -> Iterator[str]:
        for item in self.plan.interventions[:most]:
            yield f"  {self._when(item)}  {self._title(item)}{self._work(item)}"
            yield from (f"      · {sentence_of(reason, 'text', self.words.language)}" for reason in item.reasons)
            yield f"      ↯ {sentence_of(item, 'flip', self.words.language)}"
            yield from (f"      {part}" for part in self._parts(item))
        if len(self.plan.interventions) > most:
            yield f"  {self.words('cli.plan.more', n=len(self.plan.interventions) - most)}"

    def not_cared(self) -> Iterator[str]:
        """What is needed and nobody sees to, each with what could be done."""
        for one in self.plan.not_cared:
            n = self.words("plan.snow.segments", n=len(one.segments))
            yield f"  ✗ {one.title} ({n}): {sentence_of(one, 'why', self.words.language)}"
            yield from (f"      → {sentence_of(way, 'text', self.words.language)}" for way in one.ways)

    def weak(self) -> Iterator[str]:
        yield from (f"  ! {sentence_of(one, 'effect', self.words.language)}" for one in self.plan.degradations)

    def _when(self, item: Intervention) -> str:
        if item.starts_at is None:
            return "–          "
        return self._clock(item.starts_at) + ("" if item.ready_by is None else f"–{self._clock(item.ready_by)}")

    def _clock(self, at: datetime) -> str:
        return self.words("format.clock_of", at=at.astimezone(self.zone))

    def _moment(self, at: datetime) -> str:
        """A time of day, with its date where that is another than the plan's."""
        same = at.astimezone(self.zone).date() == self.plan.created_at.astimezone(self.zone).date()
        return self._clock(at) if same else self.words("format.moment_of", at=at.astimezone(self.zone))

    def _title(self, item: Intervention) -> str:
        if item.kind != "round":
            return item.title
        fraction, _, number = item.target.rpartition("-")
        return self.words("row.round", fraction=self.words.known(f"fraction.{fraction}", fraction), number=number)

    def _work(self, item: Intervention) -> str:
        vehicle = f" · {item.vehicle}" if item.vehicle else ""
        if not item.distance_m:
            return vehicle
        locale = self.words.locale
        return f"{vehicle} · {figure(locale, item.minutes, 0)} min · {figure(locale, item.distance_m / 1000, 1)} km"

    def _parts(self, item: Intervention) -> Iterator[str]:
        """What the intervention holds, in order: the streets, the first places or stops, or the hours of heat."""
        t = self.words
        if isinstance(item.segments, tuple):
            yield t("cli.plan.segments", n=len(item.segments))
        if isinstance(item.places, tuple):
            names = tuple(place.name or t.known(f"place.{place.kind}", place.kind) for place in item.places[:6])
            yield t("cli.plan.places", n=len(item.places), names=names)
        if isinstance(item.stops, tuple):
            for stop in item.stops[:6]:
                yield f"{self._clock(stop.arrives_at)}  {stop.name}: {sentence_of(stop, 'reason', t.language)}"
            if len(item.stops) > 6:
                yield t("cli.plan.more_stops", n=len(item.stops) - 6)
        if isinstance(item.heat, tuple):
            hours = of_first_day(item.heat, self.zone)
            yield t("cli.plan.heat", hours=" ".join(f"{hour.set_point_c:g}" for hour in hours))
