"""`todoke telegram`: one line of JSON for every file."""

import json
import os
import subprocess
import sys
from pathlib import Path

from todoke.civic.emergency.telegrams import show as module
from todoke.civic.emergency.telegrams.show import show

KEYS = ["file", "code", "title", "status", "info_type", "event_id", "serial", "report_time", "areas", "reason"]
SOURCES = Path(module.__file__).parents[4]


def lines(capfd):
    captured = capfd.readouterr()
    return [json.loads(line) for line in captured.out.splitlines()], captured.err


def test_line_has_exactly_the_agreed_keys(made, tmp_path, capfd):
    file = tmp_path / "20261120_VPWW55_sample.xml"
    file.write_bytes(made().xml())

    code = show([str(file)])

    ((shown,), _) = lines(capfd)
    assert code == 0
    assert list(shown) == KEYS
    assert shown == {
        "file": str(file),
        "code": "VPWW55",
        "title": "気象警報・注意報（Ｒ０６）（大雨）",
        "status": "通常",
        "info_type": "発表",
        "event_id": "",
        "serial": "",
        "report_time": "2026-11-20T09:00:00+09:00",
        "areas": [
            {"code": "0120100", "name": "区域0120100", "kind_code": "33", "kind": "レベル５大雨特別警報", "level": 5}
        ],
        "reason": None,
    }


def test_file_that_is_no_telegram_has_its_line_with_the_reason(tmp_path, capfd):
    file = tmp_path / "note.txt"
    file.write_text("こんにちは")

    code = show([str(file)])

    ((shown,), _) = lines(capfd)
    assert code == 0
    assert list(shown) == KEYS
    assert (shown["code"], shown["areas"]) == ("", [])
    assert shown["reason"].startswith("XMLとして読めません")


def test_unreadable_file_is_told_and_the_others_are_still_shown(made, tmp_path, capfd):
    file = tmp_path / "a.xml"
    file.write_bytes(made().xml())

    code = show([str(tmp_path / "missing.xml"), str(tmp_path), str(file)])

    shown, told = lines(capfd)
    assert code == 1
    assert [line["file"] for line in shown] == [str(file)]
    assert "missing.xml: 読めません" in told
    assert len(told.splitlines()) == 2


def test_doubt_is_told_beside_the_line(made, tmp_path, capfd):
    file = tmp_path / "a.xml"
    file.write_bytes(made(kinds={"0120100": ("03", "レベル４大雨危険警報")}).xml())

    show([str(file)])

    ((shown,), told) = lines(capfd)
    assert shown["areas"][0]["level"] == 4
    assert "高い方のレベルで扱います" in told


def test_command_needs_neither_settings_nor_database(made, tmp_path):
    file = tmp_path / "a.xml"
    file.write_bytes(made().xml())
    programme = "import sys; from todoke.project.cli import main; main(); sys.exit('not reached')"
    environment = {"PYTHONPATH": str(SOURCES), "PATH": os.environ["PATH"], "DATABASE_URL": "nonsense"}

    run = subprocess.run(
        [sys.executable, "-c", programme, "telegram", str(file)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert (run.returncode, run.stderr) == (0, b"")
    assert json.loads(run.stdout)["areas"][0]["level"] == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xml"]
