"""What somebody shows to be let in: a password, a code, a token, a key. None of them is kept as it is."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from functools import cache
from threading import BoundedSemaphore

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from city.account import PASSWORD_LENGTH

KEY_PREFIX = "dgp_"
"""What a key begins with, so that one that was published by mistake is found."""
_AT_A_TIME = BoundedSemaphore(2)
"""A hash takes 64 MB while it is made: so many at once, however many ask."""


def hash_of(password: str) -> str:
    """A password as it is kept: Argon2id (RFC 9106, second recommended option) with a salt of its own."""
    with _AT_A_TIME:
        return PasswordHasher().hash(password)


@cache
def _of_nobody() -> str:
    return hash_of(secrets.token_hex())


def is_password(password: str, kept: str | None) -> bool:
    """Whether a password is the kept one; of an account that is not there (None), or
    that has none (empty), it takes as long to say no."""
    if len(password) > PASSWORD_LENGTH[-1]:
        return False
    known = kept or _of_nobody()
    try:
        with _AT_A_TIME:
            return PasswordHasher().verify(known, password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def new_token() -> str:
    """What a browser holds: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_key() -> str:
    """What a program holds."""
    return KEY_PREFIX + new_token()


def digest(token: str) -> bytes:
    """A token or a key as it is kept. They are random, so that a plain SHA-256 cannot be turned round."""
    return hashlib.sha256(token.encode()).digest()


def pair_of(name: str) -> bytes:
    """What tells a typed name from others: too little to find it, as it may be a password in the wrong field."""
    return hashlib.sha256(name.encode()).digest()[:2]


def new_secret() -> str:
    """The secret of a second factor, in base 32."""
    return pyotp.random_base32()


def secret_address(secret: str, name: str, municipality: str) -> str:
    """A secret as an app takes it in from a square code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=f"dagsplan {municipality}")


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step that a code is of (RFC 6238, 30 s each; the one before and the one after do too); None for none."""
    factor, typed = pyotp.TOTP(secret), "".join(code.split())
    now = factor.timecode(at)
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(factor.generate_otp(step).encode(), typed.encode()):
            return step
    return None
