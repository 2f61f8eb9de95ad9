"""All settings. This is the only module that reads the environment.

Every setting is an environment variable with the prefix XINQIAO_. Secrets that are not set are read from
`<data_dir>/secrets.env`, which `xinqiao run` writes once with fresh random keys.
"""

from __future__ import annotations

import base64
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import ConfigError
from bot.hours import Hours

ROOT = Path(__file__).resolve().parent.parent
SECRET_NAMES = ("data_keys", "lookup_key", "engine_secret", "tracker_key")
PLACEHOLDERS = {"changeme", "change-me", "secret", "placeholder", "xxx", "todo"}


class Settings(BaseSettings):
    """What the operator can set; unset local facts stay empty and hide the line that names them."""

    model_config = SettingsConfigDict(env_prefix="XINQIAO_", extra="ignore", frozen=True)

    data_dir: Path = ROOT / "var"
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    engine_port: int = 5005
    actions_port: int = 5055
    public_url: str = ""
    secure_cookies: bool = False
    totp: Literal["required", "optional"] = "required"  # a code of the telephone at login for all but editors
    session_idle_minutes: float = Field(30, gt=0)  # a login ends when nothing was done for so long
    session_hours: float = Field(12, gt=0)  # and after so long whatever is done

    data_keys: str  # comma-separated base64 keys of 32 bytes; the first encrypts, all decrypt
    lookup_key: str  # base64, 32 bytes: HMAC of channel ids
    engine_secret: str  # shared by gateway and engine
    tracker_key: str  # base64, 32 bytes: Rasa's tracker rows

    engine_timeout: float = 4.0
    workers: int = 8
    max_text: int = 2000  # characters of one message
    max_pending: int = 20  # unanswered messages of one conversation before we ask the sender to wait

    quiet_hours: str = "21:00-08:00"  # no follow-up is sent then
    duty_hours: str = ""  # when counsellors are on duty, such as "1-5 08:30-17:30, 6 09:00-12:00"; empty: not known
    waiting_notices: str = "10,30,120"  # minutes after which one who waits for a person is told how it stands
    night_steps: str = "60,120,180"  # seconds after which the second, the lead and the office are called as well
    desk_capacity: int = 6  # conversations at once beyond which a counsellor is asked whether they want another
    shift_crises: int = 4  # conversations of high risk in one shift beyond which they are asked, too
    shift_hours: float = 8.0
    acknowledge_targets: str = "1,5,30"  # minutes until a person has seen it: imminent, high, all others; for figures
    reply_targets: str = "3,10,60"  # minutes until a person's first words
    debrief_days: int = 7  # hard cases of so many days put a counsellor on the list of talks
    debrief_crises: int = 3  # so many of high risk do; of imminent risk one does
    sensitive_days: int = 30  # what was said in distress goes this long after its case, unless keeping it was agreed to
    chat_days: int = 180  # everything else that was said goes after this long

    training_minutes: float = Field(30, gt=0)  # a stage of a training that takes longer is stopped
    training_memory_mb: int = Field(6000, gt=0)  # of data, for each process of a training
    training_margin: float = Field(0.02, ge=0, le=1)  # by which a figure may fall before a training is refused

    crash_at: str = ""  # failure tests only: the point of bot.crash at which to die

    telegram_token: str = ""
    telegram_mode: str = "polling"  # polling | webhook
    telegram_secret: str = ""
    telegram_api_base: str = ""  # empty: Telegram's own

    hotline_psych: str = "12356"
    hotline_union: str = "12351"
    hotline_police: str = "110"
    hotline_ambulance: str = "120"
    hotline_fire: str = "119"
    hotline_labour: str = "12333"
    hotline_legal_aid: str = "12348"
    hotline_women: str = ""
    hotline_youth: str = ""
    hotline_gov: str = ""
    hotline_antifraud: str = ""
    union_office_phone: str = ""
    union_service_centre: str = ""
    psych_local_hours: str = ""
    minimum_wage_local: str = ""
    heat_allowance_henan: str = ""
    hardship_line_local: str = ""
    mutual_aid_terms: str = ""
    craftsman_notice: str = ""
    labour_inspection_address: str = ""
    arbitration_address: str = ""
    legal_aid_address: str = ""
    station_map: str = ""
    convalescence_quota: str = ""
    study_grant_quota: str = ""
    library_hours: str = ""
    programme_theme: str = ""
    childcare_subsidy: str = ""
    disability_grant_five_and_six: str = ""
    marriage_leave_national: str = ""
    heat_work_limits: str = ""

    @field_validator(*SECRET_NAMES, "telegram_token", "telegram_secret")
    @classmethod
    def _no_placeholder(cls, value: str) -> str:
        if value.strip().lower() in PLACEHOLDERS:
            raise ValueError("is a placeholder")
        return value

    @field_validator("quiet_hours", "duty_hours")
    @classmethod
    def _is_hours(cls, value: str) -> str:
        Hours.parse(value)
        return value

    @field_validator("waiting_notices")
    @classmethod
    def _is_minutes(cls, value: str) -> str:
        if sorted(minutes := [float(part) for part in value.split(",")]) != minutes:
            raise ValueError("must grow")
        return value

    @field_validator("night_steps")
    @classmethod
    def _is_three_steps(cls, value: str) -> str:
        seconds = [float(part) for part in value.split(",")]
        if len(seconds) != 3 or not 0 <= seconds[0] <= seconds[1] <= seconds[2] <= 86_400:
            raise ValueError("must be three numbers of seconds that grow, up to a day")
        return value

    @field_validator("acknowledge_targets", "reply_targets")
    @classmethod
    def _is_three_targets(cls, value: str) -> str:
        minutes = [float(part) for part in value.split(",")]
        if len(minutes) != 3 or min(minutes) <= 0:
            raise ValueError("must be three numbers of minutes")
        return value

    @property
    def address(self) -> str:
        """Where people reach the gateway."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The SQLAlchemy URL; SQLite inside the data directory unless one is set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'xinqiao.db'}"

    @property
    def local_facts(self) -> dict[str, str]:
        """Placeholder name → value, for texts; an empty value hides its line."""
        return {name: str(getattr(self, name)) for name in LOCAL_FACTS}


LOCAL_FACTS = tuple(
    name
    for name in list(Settings.model_fields)
    if list(Settings.model_fields).index(name) >= list(Settings.model_fields).index("hotline_psych")
)


def _fresh_secret() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def data_dir() -> Path:
    """Where this installation keeps its data, known before the settings can be read."""
    return Path(os.environ.get("XINQIAO_DATA_DIR", ROOT / "var"))


def scratch_environment(directory: Path) -> dict[str, str]:
    """The environment of a process that works in a directory of its own, with its own keys and none of our settings."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("XINQIAO_")}
    keys = {f"XINQIAO_{name.upper()}": _fresh_secret() for name in SECRET_NAMES}
    return {**plain, **keys, "XINQIAO_DATA_DIR": str(directory), "PYTHONPATH": str(ROOT)}


def use_trial_directory(directory: Path) -> None:
    """Keeps the data of this process and its children there; staff get in with a password alone, no bot token holds."""
    os.environ["XINQIAO_DATA_DIR"] = str(directory)
    os.environ["XINQIAO_TOTP"] = "optional"
    os.environ["XINQIAO_TELEGRAM_TOKEN"] = ""
    ensure_secrets(directory)
    settings.cache_clear()


def data_dir_is_given() -> bool:
    """True if the environment says where the data are."""
    return "XINQIAO_DATA_DIR" in os.environ


def ensure_secrets(data_dir: Path) -> Path:
    """Writes the secrets that are set nowhere yet to `<data_dir>/secrets.env` (mode 0600) and gives its path."""
    path = data_dir / "secrets.env"
    data_dir.mkdir(parents=True, exist_ok=True)
    known = _read_env_file(path)
    given = {*known, *os.environ}
    missing = [name for name in SECRET_NAMES if f"XINQIAO_{name.upper()}" not in given]
    if missing:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a") as file:
            file.writelines(f"XINQIAO_{name.upper()}={_fresh_secret()}\n" for name in missing)
    return path


def _read_env_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = [line.strip() for line in path.read_text().splitlines()]
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def load_settings() -> Settings:
    """Reads the environment and the secrets file. Raises ConfigError that names the faulty setting."""
    try:
        return Settings(_env_file=data_dir() / "secrets.env")  # type: ignore[call-arg]
    except ValidationError as error:
        names = sorted({f"XINQIAO_{str(fault['loc'][0]).upper()}" for fault in error.errors()})
        raise ConfigError(f"missing or wrong setting: {', '.join(names)}") from None


def process_environment() -> dict[str, str]:
    """A copy of this process's environment, to hand on to a child."""
    return dict(os.environ)


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return load_settings()
