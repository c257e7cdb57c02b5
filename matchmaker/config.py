"""Settings: read once from ``matchmaker.toml`` and ``MATCHMAKER_*``; every fault is told at once."""

from __future__ import annotations

import difflib
import os
import sys
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from matchmaker.errors import ConfigurationError
from matchmaker.messages import Message

FILE_NAME = "matchmaker.toml"
PREFIX = "MATCHMAKER_"
#: Variables that share the prefix and are no settings: the folder itself, and what tests are told.
HOME_VARIABLE = "MATCHMAKER_HOME"
TEST_PREFIX = "MATCHMAKER_TEST_"


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation. Paths are absolute; ``HELP`` says what each setting is for; ``repr`` shows no secret.

    Attributes: see ``HELP``.
    """

    home: Path
    database_url: str = field(default="", repr=False)
    engine: str = "embedded"
    elasticsearch_url: str = field(default="", repr=False)
    elasticsearch_index: str = "matchmaker"
    elasticsearch_ca: str = ""
    elasticsearch_api_key: str = field(default="", repr=False)
    elasticsearch_timeout: int = 10
    elasticsearch_shards: int = 1
    elasticsearch_replicas: int = 1
    elasticsearch_candidates: int = 400
    model: str = ""
    model_file: str = ""
    model_dtype: str = "auto"
    threads: int = 0
    language: str = "zh"
    host: str = "127.0.0.1"
    port: int = 8000
    site_name: str = "产学研对接"
    lease_seconds: int = 300
    import_rows: int = 200_000
    import_megabytes: int = 100
    attachment_megabytes: int = 20
    profile_stale_days: int = 365
    posting_open: str = "on"
    problem_expiry_days: int = 180
    introduction_answer_days: int = 14
    introduction_reason_days: int = 7
    ranking_feedback: str = "on"
    site_url: str = ""
    smtp_url: str = field(default="", repr=False)
    smtp_from: str = ""
    timezone: str = "Asia/Shanghai"
    office_contact: str = ""
    call_after_days: int = 3

    @property
    def database(self) -> str:
        """The URL of the database: SQLite in the home folder unless one is named."""
        return self.database_url or f"sqlite:///{self.home / 'matchmaker.sqlite'}"

    @property
    def index_folder(self) -> Path:
        """Where the embedded index lies."""
        return self.home / "index"

    @property
    def models_folder(self) -> Path:
        """Where the built embedding model lies."""
        return self.home / "models"

    @property
    def attachments_folder(self) -> Path:
        """Where the files of attachments lie, under names of ours."""
        return self.home / "attachments"

    @property
    def imports_folder(self) -> Path:
        """Where uploaded files wait for their import."""
        return self.home / "imports"


#: Setting → what it is for; the docs and ``matchmaker config`` show it.
HELP: dict[str, str] = {
    "home": "Folder of this installation: settings, database, index, imports, model.",
    "database_url": "SQLAlchemy URL of the database; empty: SQLite in the home folder.",
    "engine": "Index engine: embedded (no server) or elasticsearch.",
    "elasticsearch_url": "Addresses of the Elasticsearch hosts, comma-separated; may hold user:password@.",
    "elasticsearch_index": "How the names of this installation's indices begin.",
    "elasticsearch_ca": "Certificate authority (PEM file) of the Elasticsearch hosts; empty: the system's.",
    "elasticsearch_api_key": "API key for Elasticsearch, as it was given: encoded, or id:key.",
    "elasticsearch_timeout": "Seconds after which a question to Elasticsearch is given up.",
    "elasticsearch_shards": "Shards of a new index; 1 is best up to some millions of documents.",
    "elasticsearch_replicas": "Most copies of each shard; as many as there are further nodes to hold them.",
    "elasticsearch_candidates": "Vectors that Elasticsearch looks at in each search: more find more, slower.",
    "model": "Folder or name of a sentence-transformers model; empty: the offline model.",
    "model_file": "Packed file of the offline model where its package does not install.",
    "model_dtype": "Number format of the model: auto, float32 or bfloat16.",
    "threads": "Threads of the embedding model; 0: all cores.",
    "language": "Language of pages without a choice of the reader, and of the command line: zh or en.",
    "host": "Address that the site listens on.",
    "port": "Port that the site listens on.",
    "site_name": "Name of the site in its heading.",
    "lease_seconds": "A job held longer than this by a silent worker is given to another.",
    "import_rows": "Most rows of one imported file.",
    "import_megabytes": "Largest imported file, in MiB.",
    "attachment_megabytes": "Largest attachment, in MiB.",
    "profile_stale_days": "Days after which a profile is to be verified again.",
    "posting_open": "Whether visitors without an account may post a problem for review: on or off.",
    "problem_expiry_days": "Days for which a published problem is shown unless it is renewed.",
    "introduction_answer_days": "Days after which an introduction that nobody answered lapses.",
    "introduction_reason_days": "Days within which the other side is told why an introduction was declined.",
    "ranking_feedback": "Whether rankings leave out refused pairs until the reason has changed: on or off.",
    "site_url": "Address of the site as people outside reach it, for links in messages: https://match.example.cn.",
    "smtp_url": "Server that takes e-mails: smtp://user:password@host:587 or smtps://…; empty: no e-mails.",
    "smtp_from": "Address that e-mails come from.",
    "timezone": "Time zone of the office: quiet hours, calendar.",
    "office_contact": "Whom to call, name and number: shown where a link leads nowhere any more.",
    "call_after_days": "Days after which somebody who does not react to a message stands on the call list.",
}
CHOICES: dict[str, tuple[str, ...]] = {
    "posting_open": ("on", "off"),
    "ranking_feedback": ("on", "off"),
    "engine": ("embedded", "elasticsearch"),
    "language": ("zh", "en"),
    "model_dtype": ("auto", "float32", "bfloat16"),
}
RANGES: dict[str, tuple[int, int]] = {
    "threads": (0, 256),
    "port": (1, 65535),
    "elasticsearch_timeout": (1, 300),
    "elasticsearch_shards": (1, 64),
    "elasticsearch_replicas": (0, 5),
    "elasticsearch_candidates": (20, 10_000),
    "lease_seconds": (5, 86_400),
    "import_rows": (1, 5_000_000),
    "import_megabytes": (1, 2048),
    "attachment_megabytes": (1, 200),
    "profile_stale_days": (30, 3650),
    "problem_expiry_days": (1, 3650),
    "introduction_answer_days": (1, 365),
    "introduction_reason_days": (1, 60),
    "call_after_days": (1, 60),
}


def default_home(environment: Mapping[str, str]) -> Path:
    """The user's data folder of the platform."""
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "matchmaker"


def bare_environment(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a process of ours that opens strangers' files inherits: no setting and no password."""
    given = os.environ if variables is None else variables
    return {name: given[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in given}


def load(home: Path | str | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings of the installation in ``home``.

    Raises:
        ConfigurationError: with one entry in ``fields`` for each fault.
    """
    variables = os.environ if environment is None else environment
    folder = Path(home or variables.get(HOME_VARIABLE) or default_home(variables)).expanduser().absolute()
    faults: dict[str, Message] = {}
    raw = _from_file(folder / FILE_NAME, faults) | _from_environment(variables)
    values = {name: _checked(name, value, faults) for name, value in raw.items() if _known(name, faults)}
    if faults:
        raise ConfigurationError(
            Message("设置有误：%(faults)s", {"faults": "；".join(f"{k}: {v}" for k, v in faults.items())}),
            hint=Message("请更正 %(file)s 或 MATCHMAKER_* 环境变量。", {"file": folder / FILE_NAME}),
            fields=faults,
        )
    return Settings(home=folder, **values)  # type: ignore[arg-type]


def _from_file(path: Path, faults: dict[str, Message]) -> dict[str, object]:
    try:
        return dict(tomllib.loads(path.read_text("utf-8-sig")))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        faults[path.name] = Message("无法读取：%(fault)s", {"fault": fault})
        return {}


def _from_environment(variables: Mapping[str, str]) -> dict[str, object]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(PREFIX) and name != HOME_VARIABLE and not name.startswith(TEST_PREFIX)
    }


def _known(name: str, faults: dict[str, Message]) -> bool:
    names = [one.name for one in fields(Settings) if one.name != "home"]
    if name in names:
        return True
    nearest = difflib.get_close_matches(name, names, 1, 0.5)
    faults[name] = (
        Message("没有这个设置；是不是 %(nearest)s？", {"nearest": nearest[0]})
        if nearest
        else Message("没有这个设置；可用的有 %(names)s", {"names": ", ".join(names)})
    )
    return False


def _checked(name: str, value: object, faults: dict[str, Message]) -> object:
    if name in RANGES:
        return _whole_number(name, value, faults)
    if not isinstance(value, str):
        faults[name] = Message("%(value)s 不行；应为带引号的文字", {"value": value})
        return ""
    text = value.strip()
    if name in CHOICES and text not in CHOICES[name]:
        faults[name] = Message(
            "%(value)s 不行；可用的有 %(names)s", {"value": text, "names": ", ".join(CHOICES[name])}
        )
    if name == "timezone" and not _is_zone(text):
        faults[name] = Message("没有“%(value)s”这个时区；例如 Asia/Shanghai", {"value": text})
    if name == "site_url" and text and not text.startswith(("http://", "https://")):
        faults[name] = Message("%(value)s 不行；应以 http:// 或 https:// 开头", {"value": text})
    return text.rstrip("/") if name == "site_url" else text


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
    return True


def _whole_number(name: str, value: object, faults: dict[str, Message]) -> int:
    low, high = RANGES[name]
    try:
        number = int(str(value))
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        faults[name] = Message(
            "%(value)s 不行；应为 %(low)s 到 %(high)s 的整数", {"value": value, "low": low, "high": high}
        )
    return number


def use_timezone(name: str) -> None:
    """Makes the clock of this process show the time of the office, wherever its server thinks it is.

    For the beginning of a command; systems without ``tzset`` keep the time zone of the machine.
    """
    os.environ["TZ"] = name
    if hasattr(time, "tzset"):
        time.tzset()
