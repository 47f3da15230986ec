from pathlib import Path

import pytest


@pytest.fixture
def public_root(tmp_path: Path, settings: object) -> Path:
    """An empty folder for the public files."""
    root = tmp_path / "public"
    (root / "alerts").mkdir(parents=True)
    settings.PUBLIC_ROOT = root  # type: ignore[attr-defined]
    return root
