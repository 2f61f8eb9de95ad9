"""Column encryption: AES-256-GCM with rotating keys, and a keyed hash to look channel ids up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from bot.errors import ConfigError
from bot.settings import settings

NONCE = 12
KEY_ID = 4


class Box:
    """Encrypts with the first key, decrypts with any. A value is key id (4) + nonce (12) + ciphertext and tag.

    `current` is the id of the first key.
    """

    def __init__(self, keys: list[bytes]) -> None:
        self._ciphers = {self._key_id(key): AESGCM(key) for key in keys}
        self.current = self._key_id(keys[0])

    @staticmethod
    def _key_id(key: bytes) -> bytes:
        return hashlib.sha256(key).digest()[:KEY_ID]

    def seal(self, text: str) -> bytes:
        """Gives the encrypted bytes of a text; lone surrogates survive."""
        nonce = os.urandom(NONCE)
        cipher = self._ciphers[self.current]
        return self.current + nonce + cipher.encrypt(nonce, text.encode("utf-8", "surrogatepass"), None)

    def open(self, sealed: bytes) -> str:
        """Gives the text. Raises ConfigError when no configured key fits."""
        key_id, nonce, body = sealed[:KEY_ID], sealed[KEY_ID : KEY_ID + NONCE], sealed[KEY_ID + NONCE :]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise ConfigError("XINQIAO_DATA_KEYS lacks the key that encrypted a stored value")
        try:
            return cipher.decrypt(nonce, body, None).decode("utf-8", "surrogatepass")
        except InvalidTag:
            raise ConfigError("a stored value was altered or its key in XINQIAO_DATA_KEYS is wrong") from None


def decode_key(name: str, value: str) -> bytes:
    """Gives the 32 bytes of a base64 key. Raises ConfigError that names the setting."""
    try:
        key = base64.b64decode(value, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ConfigError(f"XINQIAO_{name.upper()} must be base64 of 32 bytes")
    return key


@lru_cache
def box() -> Box:
    """The box of this process, from XINQIAO_DATA_KEYS."""
    return Box([decode_key("data_keys", part.strip()) for part in settings().data_keys.split(",")])


def lookup_hash(*parts: str) -> str:
    """Gives the keyed hash (64 hex digits) under which a channel id is found without being stored in clear."""
    key = decode_key("lookup_key", settings().lookup_key)
    return hmac.new(key, "\x1f".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class EncryptedText(TypeDecorator[str]):
    """A text column that only this application can read."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else box().seal(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else box().open(bytes(value))
