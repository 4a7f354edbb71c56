"""Asks an identity provider who somebody is: the code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636).

A browser that sets out holds one random token in a cookie; state, nonce and verifier are made of it, so that only the
browser that set out can come back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import msgspec

from city.account import new_name
from city.catalogue.foreign import in_our_words
from city.catalogue.message import message
from city.errors import BadValue, SourceUnavailable
from city.identity import Oidc, is_safe

if TYPE_CHECKING:
    import httpx

log = logging.getLogger("dagsplan.web")
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by a key that the provider publishes; none that a client secret would do for."""
LEEWAY_S = 60
PREFIX = "oidc:"
"""What the account of somebody begins with who is signed in by a provider; no other account does."""


class Endpoints(msgspec.Struct, frozen=True):
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass(frozen=True)
class Person:
    """Who somebody is by the provider's word: a name, and the groups of its claim."""

    name: str
    groups: tuple[str, ...]


def made_of(token: str, what: str) -> str:
    """The state, nonce or verifier of a browser's token: 43 letters, from which the token cannot be found."""
    digest = hmac.new(token.encode(), what.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def way_out(oidc: Oidc, token: str, back: str) -> str:
    """The address at the provider that a browser with this token is led to; ``back`` is where it returns. Raises
    SourceUnavailable."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(made_of(token, "verifier").encode()).digest())
    asked = {
        "response_type": "code",
        "client_id": oidc.client_id,
        "redirect_uri": back,
        "scope": "openid profile email",
        "state": made_of(token, "state"),
        "nonce": made_of(token, "nonce"),
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    with _client(oidc) as client:
        where = _endpoints(oidc, client).authorization_endpoint
    return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"


def who_came_back(oidc: Oidc, token: str, back: str, query: Mapping[str, str], now: datetime) -> Person:
    """Who a browser is that came back with these parameters. Raises SourceUnavailable where the provider does not
    answer, BadValue where what came back proves nobody."""
    if not hmac.compare_digest(query.get("state", "").encode(), made_of(token, "state").encode()):
        raise BadValue(message("error.door.state"))
    if query.get("iss", oidc.issuer) != oidc.issuer or not query.get("code"):
        raise BadValue(message("error.door.no_code"))
    with _client(oidc) as client:
        where = _endpoints(oidc, client)
        signed = _id_token(oidc, client, where, query["code"], made_of(token, "verifier"), back)
        keys = _asked(oidc, lambda: client.get(where.jwks_uri))
    return _person(oidc, _claims(oidc, signed, keys, made_of(token, "nonce"), now))


def _client(oidc: Oidc) -> httpx.Client:
    import httpx

    return httpx.Client(timeout=oidc.timeout_s, follow_redirects=False)


def _endpoints(oidc: Oidc, client: httpx.Client) -> Endpoints:
    raw = _asked(oidc, lambda: client.get(f"{oidc.issuer.rstrip('/')}/.well-known/openid-configuration"))
    try:
        found = msgspec.convert(raw, Endpoints)
    except msgspec.ValidationError as error:
        raise SourceUnavailable(oidc.issuer, in_our_words(error)) from error
    asked = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
    if found.issuer != oidc.issuer or not all(map(is_safe, asked)):
        raise SourceUnavailable(oidc.issuer, message("error.door.provider"))
    return found


def _id_token(oidc: Oidc, client: httpx.Client, where: Endpoints, code: str, verifier: str, back: str) -> str:
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    if oidc.client_secret:
        known = quote(oidc.client_id, safe=""), quote(oidc.client_secret, safe="")  # RFC 6749, 2.3.1
        answer = _asked(oidc, lambda: client.post(where.token_endpoint, data=sent, auth=known))
    else:
        sent["client_id"] = oidc.client_id
        answer = _asked(oidc, lambda: client.post(where.token_endpoint, data=sent))
    signed = answer.get("id_token")
    if not isinstance(signed, str):
        raise BadValue(message("error.door.no_token"))
    return signed


def _asked(oidc: Oidc, ask: Any) -> dict[str, Any]:  # noqa: ANN401 - asks by the client that is imported late
    """What the provider answered, as JSON. Raises SourceUnavailable."""
    import httpx

    try:
        answer = ask()
        found = answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise SourceUnavailable(oidc.issuer, type(error).__name__) from error
    if not isinstance(found, dict):
        raise SourceUnavailable(oidc.issuer, str(answer.status_code))
    return found


def _claims(oidc: Oidc, signed: str, keys: dict[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
    """What a token claims, where it is the provider's, for us, of now, and of this browser. Raises BadValue."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": oidc.issuer},
        aud={"essential": True, "value": oidc.client_id},
        exp={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(signed, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
        rules.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise BadValue(message("error.door.token", problem=type(error).__name__)) from error
    if claims.get("azp", oidc.client_id) != oidc.client_id:
        raise BadValue(message("error.door.other_client"))
    return dict(claims)


def _person(oidc: Oidc, claims: Mapping[str, Any]) -> Person:
    """A name that an account may have, and the groups; a single group may stand alone. Raises BadValue."""
    name = next(str(claims[key]) for key in ("preferred_username", "email", "sub") if claims.get(key))
    groups = claims.get(oidc.claim, [])
    groups = [groups] if isinstance(groups, str) else groups
    if not isinstance(groups, list):
        raise BadValue(message("error.door.groups"))
    return Person(PREFIX + new_name(name), tuple(one for one in groups if isinstance(one, str)))
