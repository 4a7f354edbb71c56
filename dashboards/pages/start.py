"""``/start``: what a town has, what it lacks and with which command it gets it; the first settings as a file to keep.

The web process writes no file: it makes the text of the settings, which a person puts in its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from city.catalogue.message import message
from city.catalogue.words import LANGUAGES, is_language
from city.errors import BadValue, ConfigError, DagsplanError
from city.firstsettings import Answers, answered, degrees, settings_file, zone_for
from city.town import PartState, TownHas, TownPart, town_parts
from city.vocabulary import DOMAINS
from city.whereabouts import PROVIDERS, check_country
from dashboards.pages.freshness import freshness
from dashboards.pages.services.view import KeyFigure
from dashboards.web.context import context_of
from dashboards.web.forms import SentForm, sent
from dashboards.web.locale import Locale
from dashboards.web.render import locale_of, page
from store import pages
from store.town import town

router = APIRouter(include_in_schema=False)
LOOKS: dict[PartState, tuple[str, str]] = {
    "missing": ("is-stop", "stop"),
    "weak": ("is-late", "warn"),
    "unset": ("is-wait", "ring"),
    "done": ("is-ok", "done"),
}
"""How each state looks: the class of its text and its icon."""
TEXTS = ("name", "latitude", "longitude", "time_zone", "country", "contact")
"""The fields of the form that are typed."""


@dataclass(frozen=True)
class PartLine:
    """One part as the page prints it; every field is a text."""

    part: str
    name: str
    state: str
    word: str
    look: str
    icon: str
    text: str
    then: str
    command: str


@dataclass(frozen=True)
class SettingsForm:
    """The form of the first settings: what stands in it, what is wrong with it, and the file that came of it."""

    held: Mapping[str, str]
    providers: Sequence[str]
    language: str
    problem: str = ""
    text: str = ""


@router.get("/start")
def start(request: Request) -> Response:
    """The parts of the town, and the first settings as they hold."""
    known = answered(context_of(request).settings)
    held = {name: _shown(known.get(name, "")) for name in TEXTS}
    return _page(request, SettingsForm(held, known["providers"], known["language"]))


@router.post("/start")
def make(request: Request, got: Annotated[SentForm, Depends(sent)]) -> Response:
    """The page with the text of the settings file; 422 with what is wrong and the way out where there can be none."""
    request.state.form_of = "/start"
    form = SettingsForm({name: got.text(name) for name in TEXTS}, got.texts("providers"), got.text("language"))
    try:
        text = settings_file(_answers(form))
    except DagsplanError as error:
        said = locale_of(request).words.say(error.message)
        return _page(request, SettingsForm(form.held, form.providers, form.language, problem=said), 422)
    if got.text("as") == "file":
        headers = {"Content-Disposition": 'attachment; filename="dagsplan.toml"', "Cache-Control": "no-store"}
        return Response(text, 200, headers, "application/toml")
    return _page(request, SettingsForm(form.held, form.providers, form.language, text=text))


def _answers(form: SettingsForm) -> Answers:
    """What the form says. Raises BadValue or ConfigError for what it cannot say."""
    if not is_language(form.language):
        name, value = "municipality.language", form.language
        raise ConfigError(message("error.setting.choice", name=name, value=value, choices=LANGUAGES))
    held: dict[str, Any] = {**form.held, "country": form.held["country"].upper()}
    for axis in ("latitude", "longitude"):
        if not held[axis]:
            raise BadValue(message("start.no_point"))
        held[axis] = degrees(held[axis])
    check_country(held["country"])
    held["time_zone"] = held["time_zone"] or zone_for(held["country"])
    if held["time_zone"] is None:
        raise BadValue(message("start.no_zone", country=held["country"]))
    return Answers(**held, language=form.language, providers=tuple(form.providers))


def _page(request: Request, form: SettingsForm, status: int = 200) -> Response:
    context, locale = context_of(request), locale_of(request)
    now = context.clock.now()
    with context.connection() as connection:
        has = town(connection, now)
        heads = {head.domain: head for head in pages.heads(connection, context.mode)}
        head = heads.get(DOMAINS[0])
        plan = context.shelf.get(connection, head.id) if head is not None else None
        fresh = freshness(context, connection, DOMAINS[0], plan, locale)
    lines = [_line(part, locale) for part in town_parts(has, context.settings, now)]
    by_state = {state: [line for line in lines if line.state == state] for state in LOOKS}
    better = [line for line in lines if line.state in {"weak", "unset"}]
    return page(
        request,
        "start.html",
        status,
        nav="start",
        fresh=fresh,
        verdict=_verdict(has, locale),
        next_part=next(iter([*by_state["missing"], *better]), None),
        figures=_figures(lines, has, heads, locale),
        missing=by_state["missing"],
        better=better,
        done=by_state["done"],
        form=form,
        languages=LANGUAGES,
        all_providers=PROVIDERS,
    )


def _verdict(has: TownHas, locale: Locale) -> str:
    t = locale.words
    if not has.ready:
        return t("start.nothing")
    services = tuple(message(f"cli.domain.{name}") for name in DOMAINS if name in has.ready)
    return t("start.ready", services=services)


def _figures(
    lines: Sequence[PartLine], has: TownHas, heads: Mapping[Any, pages.PlanHead], locale: Locale
) -> list[KeyFigure]:
    """How much is done, and whether each service can be planned and has been."""
    t = locale.words
    counts = {state: sum(line.state == state for line in lines) for state in LOOKS}
    better = counts["weak"] + counts["unset"]
    rest = t("start.rest", missing=counts["missing"], better=better)
    made = [KeyFigure(t("start.done"), t("start.of", n=counts["done"], m=len(lines)), rest)]
    for name in DOMAINS:
        head = heads.get(name)
        second = t("start.no_plan") if head is None else t("start.plan", n=head.version, day=head.service_day)
        made.append(KeyFigure(t(f"domain.{name}"), t("start.able" if name in has.ready else "start.unable"), second))
    return made


def _line(part: TownPart, locale: Locale) -> PartLine:
    t, (look, icon) = locale.words, LOOKS[part.state]
    return PartLine(
        part=part.part,
        name=t("start.title", said=part.name),
        state=part.state,
        word=t("start.state.waiting" if part.waits else f"start.state.{part.state}"),
        look=look,
        icon=icon,
        text=t("start.title", said=part.text),
        then="" if part.then is None else t("start.sentence", said=part.then),
        command="" if part.command is None else t.say(part.command),
    )


def _shown(held: object) -> str:
    return f"{held:.10g}" if isinstance(held, float) else str(held)
