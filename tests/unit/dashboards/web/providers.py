"""A small identity provider on a port of its own: real addresses, real signatures, and what goes wrong with them."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.responses import JSONResponse, RedirectResponse

from city.clock import Clock

CLIENT, SECRET = "dagsplan", "a secret: with %signs&"
KEY, STRANGE_KEY = (RSAKey.generate_key(2048, {"kid": kid}, private=True) for kid in ("one", "one"))
"""The provider's, and another that says it is the same."""


@dataclass
class Provider:
    """Whom it signs in, and what of its answers is other than it should be."""

    clock: Clock
    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"preferred_username": "Anna", "roles": ["jour"]})
    wrong: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    described: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def signed(self, nonce: str) -> str:
        now = int(self.clock.now().timestamp())
        made = {"iss": self.issuer, "aud": CLIENT, "sub": "7", "iat": now, "exp": now + 300, "nonce": nonce}
        claims = {name: value for name, value in (made | self.claims | self.wrong).items() if value is not None}
        if self.algorithm == "none":
            parts = [base64.urlsafe_b64encode(part).rstrip(b"=") for part in (b'{"alg":"none"}', dumped(claims))]
            return b".".join([*parts, b""]).decode()
        return jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, self.key, algorithms=[self.algorithm])


def dumped(claims: dict[str, Any]) -> bytes:
    return json.dumps(claims).encode()


def provider_app(provider: Provider) -> FastAPI:
    """The provider's four addresses."""
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def described() -> dict[str, Any]:
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        return {
            "issuer": provider.issuer,
            **{name: f"{provider.issuer}/{name}" for name in names},
            **provider.described,
        }

    @app.get("/authorization_endpoint")
    def authorize(request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        code = secrets.token_urlsafe()
        provider.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 303)

    @app.post("/token_endpoint")
    async def token(request: Request) -> JSONResponse:
        sent = dict(parse_qsl((await request.body()).decode()))
        code, code_verifier, redirect_uri = sent["code"], sent["code_verifier"], sent["redirect_uri"]
        asked = provider.codes.pop(code, None)
        known = base64.b64encode(b"dagsplan:a%20secret%3A%20with%20%25signs%26").decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        if asked is None or (challenge, redirect_uri) != (asked["code_challenge"], asked["redirect_uri"]):
            provider.refused.append(code)
            return JSONResponse({"error": "invalid_grant"}, 400)
        if request.headers.get("authorization") != f"Basic {known}":
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": provider.signed(asked["nonce"])})

    @app.get("/jwks_uri")
    def keys() -> dict[str, Any]:
        return dict(KeySet([KEY]).as_dict(private=False))

    return app
