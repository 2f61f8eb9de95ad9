"""One encrypted row a conversation, in SQLite: AES-GCM, the sender known only by its HMAC."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import sqlite3
import time
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PATH_VARIABLE = "XINQIAO_TRACKER_DB"
KEY_VARIABLE = "XINQIAO_TRACKER_KEY"
KEY_BYTES = 32
NONCE_BYTES = 12
KEPT_SECONDS = 48 * 3600
"""A session ends after an hour without a message: an older row is of no use and is deleted."""
PURGE_EVERY = 3600
_TABLE = "CREATE TABLE IF NOT EXISTS tracker (sender BLOB PRIMARY KEY, body BLOB NOT NULL, updated INTEGER NOT NULL)"
_PUT = """INSERT INTO tracker VALUES (?, ?, ?)
    ON CONFLICT (sender) DO UPDATE SET body = excluded.body, updated = excluded.updated"""


class TrackerUnavailable(BaseException):
    """The row cannot be read or written.

    Not an Exception on purpose: Rasa wraps every tracker store in one that catches Exception, logs it with its
    text and goes on with an empty conversation. This one must stop the turn, up to the channel, which answers 503.
    """


class TrackerRows:
    """The rows of one file. Raises ValueError for a key that is not 32 bytes in base64."""

    def __init__(self, path: str, key: str) -> None:
        secret = base64.b64decode(key, validate=True)
        if len(secret) != KEY_BYTES:
            raise ValueError(f"{KEY_VARIABLE} must be {KEY_BYTES} bytes in base64")
        self._cipher = AESGCM(secret)
        self._lookup_key = hmac.new(secret, b"xinqiao tracker sender", hashlib.sha256).digest()
        self._database = self._open(path)
        self._purged = 0.0

    @staticmethod
    @lru_cache(maxsize=1)
    def from_environment() -> TrackerRows:
        """Return the rows that the environment names, opened once; raise KeyError where it names none."""
        return TrackerRows(os.environ[PATH_VARIABLE], os.environ[KEY_VARIABLE])

    @staticmethod
    def _open(path: str) -> sqlite3.Connection:
        database = sqlite3.connect(path, timeout=2, isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA journal_mode = WAL")
        # NORMAL: a power cut may take back the last turns of the dialogue's memory; the record of what was
        # said and promised is the gateway's database, not this file.
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA secure_delete = ON")
        database.execute(_TABLE)
        return database

    def get(self, sender: str) -> bytes | None:
        """Return the body kept for a sender; raise TrackerUnavailable if it cannot be read."""
        name = self._name(sender)
        try:
            row = self._database.execute("SELECT body FROM tracker WHERE sender = ?", (name,)).fetchone()
            return None if row is None else self._open_box(name, row[0])
        except (sqlite3.Error, InvalidTag) as error:
            raise TrackerUnavailable(type(error).__name__) from None

    def put(self, sender: str, body: bytes) -> None:
        """Keep a body; raise TrackerUnavailable if it cannot be written."""
        name, nonce = self._name(sender), secrets.token_bytes(NONCE_BYTES)
        box = nonce + self._cipher.encrypt(nonce, body, name)
        try:
            self._database.execute(_PUT, (name, box, int(time.time())))
            self._purge()
        except sqlite3.Error as error:
            raise TrackerUnavailable(type(error).__name__) from None

    def delete(self, sender: str) -> None:
        """Forget a sender; raise TrackerUnavailable if that fails."""
        try:
            self._database.execute("DELETE FROM tracker WHERE sender = ?", (self._name(sender),))
        except sqlite3.Error as error:
            raise TrackerUnavailable(type(error).__name__) from None

    def count(self) -> int:
        """Return how many conversations are kept."""
        return int(self._database.execute("SELECT count(*) FROM tracker").fetchone()[0])

    def _name(self, sender: str) -> bytes:
        return hmac.new(self._lookup_key, sender.encode(), hashlib.sha256).digest()

    def _open_box(self, name: bytes, box: bytes) -> bytes:
        return self._cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], name)

    def _purge(self) -> None:
        if time.monotonic() - self._purged >= PURGE_EVERY or not self._purged:
            self._database.execute("DELETE FROM tracker WHERE updated < ?", (int(time.time()) - KEPT_SECONDS,))
            self._purged = time.monotonic()
