"""Where mirrors are, in which order files go there, and when a copy is too old. Pure; reads no setting."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, unquote, urlsplit

LIST = "mirror.json"
OLD_AFTER = timedelta(seconds=60)
# A whole copy that has not changed is said to be whole again this often: the reader must know that somebody looked.
LIST_EVERY = timedelta(seconds=20)
PUSH_EVERY = timedelta(seconds=2)
PAUSE_MAX = timedelta(seconds=60)
LOOK_EVERY = timedelta(seconds=15)
COMPARE_EVERY = timedelta(minutes=10)
FRESH_FIRST = timedelta(hours=1)

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
OWN_HOSTS = ("127.0.0.1", "localhost", "::1")

# As the application itself serves them (project/portal/files.py): readers of feeds are strict.
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".xml": "application/cap+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".geojson": "application/geo+json; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


class Kind(StrEnum):
    """How files get to a mirror."""

    S3 = "s3"
    PUT = "put"
    FOLDER = "folder"


@dataclass(frozen=True)
class Place:
    """One mirror as the settings name it. `address` holds no secret; `user` and `secret` are never shown or stored.

    `address` is the web address below which files are put, or the path of a folder; `public` is where the public reads
    the copy (empty: unknown, so nobody can say how old it is there).
    """

    key: str
    name: str
    kind: Kind
    address: str
    public: str = ""
    region: str = "us-east-1"
    user: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


def read_places(text: str) -> tuple[Place, ...]:
    """The mirrors of a setting: addresses with commas between them.

    `s3+https://KEY:SECRET@host/bucket/folder?key=partner&region=…&public=https://…`, `https://user:password@host/folder`
    (basic) or `https://token@host/folder` (bearer), `file:///folder`. Raises ValueError without repeating a secret.
    """
    places = tuple(_place(word.strip(), number) for number, word in enumerate(text.split(","), 1) if word.strip())
    keys = [place.key for place in places]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"key={twice[0]} stands there twice; every mirror has a key of its own")
    return places


def _place(text: str, number: int) -> Place:
    where = f"mirror {number}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"{where}: it is no address; write % and / of a password percent-encoded") from None
    options = dict(parse_qsl(parts.query))
    key, public = options.pop("key", ""), options.pop("public", "")
    name, region = options.pop("name", key), options.pop("region", "us-east-1")
    if not KEY.fullmatch(key):
        raise ValueError(f"{where}: ?key= is missing, or is not made of small letters, digits and hyphens")
    if options:
        raise ValueError(f"{where}: nobody knows “{min(options)}”; there are key, name, region and public")
    if public and not public.startswith(("http://", "https://")):
        raise ValueError(f"{where}: public= does not begin with http:// or https://")
    public = public.rstrip("/") + "/" if public else ""
    if parts.scheme == "file":
        folder = unquote(parts.path)
        if parts.netloc or not folder.startswith("/") or folder == "/":
            raise ValueError(f"{where}: a folder is written file:///folder, with three slashes")
        return Place(key, name, Kind.FOLDER, folder, public)
    kind = Kind.S3 if parts.scheme.startswith("s3+") else Kind.PUT
    scheme, host = parts.scheme.removeprefix("s3+"), parts.hostname or ""
    if scheme not in ("http", "https") or not host:
        raise ValueError(f"{where}: it begins with none of s3+https://, https:// and file:///")
    if scheme == "http" and host not in OWN_HOSTS:
        raise ValueError(f"{where}: http:// would send the password in clear; use https://")
    user, secret = unquote(parts.username or ""), unquote(parts.password or "")
    if kind is Kind.S3 and not (user and secret and parts.path.strip("/")):
        raise ValueError(f"{where}: S3 needs KEY:SECRET@ before the host, and the bucket after it")
    shown = f"[{host}]" if ":" in host else host
    address = f"{scheme}://{shown}{f':{port}' if port else ''}{parts.path.rstrip('/')}/"
    return Place(key, name, kind, address, public, region, user, secret)


def web_name(name: str) -> str:
    """A file's name as part of a web address."""
    return quote(name, safe="/-_.~")


def media_type(name: str) -> str:
    """The media type of a public file."""
    return MEDIA_TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")


def is_public_name(name: str) -> bool:
    """Whether a file below the public folder is to be seen: no draft, no lock, no packed sibling, a known ending."""
    hidden = any(part.startswith(".") for part in name.split("/"))
    return not hidden and PurePosixPath(name).suffix in MEDIA_TYPES


@dataclass(frozen=True)
class PublicFile:
    """A public file as it stands on disk."""

    name: str
    digest: str
    size: int
    changed_at: datetime


def in_order(files: Iterable[PublicFile], *, at: datetime) -> list[PublicFile]:
    """What changed lately before what is old, so that an alert does not wait behind a first copying of the archive; an
    alert's page before the list that leads to it; the state last."""
    return sorted(
        files,
        key=lambda file: (
            at - file.changed_at > FRESH_FIRST,
            -file.name.count("/"),
            file.name.endswith("state.json"),
            file.name,
        ),
    )


def list_of(files: Iterable[PublicFile], *, made_at: datetime) -> bytes:
    """`mirror.json`: what a whole copy holds, and when it was whole."""
    told = {
        "made_at": made_at.isoformat(),
        "files": {
            file.name: {"sha256": file.digest, "size": file.size} for file in sorted(files, key=lambda f: f.name)
        },
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


@dataclass(frozen=True)
class Listed:
    """A mirror's list as a stranger reads it."""

    made_at: datetime
    digests: dict[str, str]


def read_list(content: bytes) -> Listed | None:
    """The list, or None for what is none: an error page, a part, a stranger's file."""
    try:
        told = json.loads(content)
        made_at = datetime.fromisoformat(told["made_at"])
        digests = {str(name): str(file["sha256"]) for name, file in told["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Listed(made_at, digests) if made_at.tzinfo else None


class Standing(StrEnum):
    """How a mirror stands."""

    FRESH = "fresh"
    OLD = "old"
    UNREAD = "unread"
    NEVER = "never"


def standing_of(*, copied_at: datetime | None, is_read: bool, at: datetime) -> Standing:
    """How the copy stands: `copied_at` is when it was whole, as its public address says or, unread, as we remember."""
    if copied_at is None:
        return Standing.NEVER
    if at - copied_at > OLD_AFTER:
        return Standing.OLD
    return Standing.FRESH if is_read else Standing.UNREAD


def pause_after(failures: int) -> timedelta:
    """How long a mirror that failed so many times in a row is left alone: 2, 4, 8 … 60 seconds."""
    return min(PAUSE_MAX, timedelta(seconds=2 ** min(failures, 6)))
