"""What the doctor says about intake."""

import os
import time
from datetime import timedelta

import pytest

from todoke.base import clock
from todoke.base.doctor import Verdict
from todoke.civic.emergency.intake.checks import FeedCheck, FolderCheck
from todoke.civic.emergency.models import Feed

FEED = "https://feeds.example/extra.xml"


@pytest.fixture
def folder(settings, tmp_path):
    settings.INTAKE_FOLDER = tmp_path / "intake"
    return settings.INTAKE_FOLDER


def test_missing_folder_is_a_warning(folder):
    assert FolderCheck().run().verdict == Verdict.WARNING


def test_empty_folder_is_fine(folder):
    folder.mkdir()
    (folder / "new.xml").touch()

    assert FolderCheck().run().verdict == Verdict.OK


def test_file_that_nobody_takes_is_a_failure(folder):
    folder.mkdir()
    (folder / "old.xml").touch()
    os.utime(folder / "old.xml", (time.time() - 100, time.time() - 100))

    finding = FolderCheck().run()

    assert (finding.verdict, finding.says) == (Verdict.FAILURE, "取り込まれないまま1件が残っています（old.xmlなど）。")


@pytest.mark.django_db
def test_no_feeds_are_fine(settings):
    settings.FEEDS = ()

    assert FeedCheck().run().verdict == Verdict.OK


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minutes", "trouble", "verdict"),
    [(1, "", Verdict.OK), (1, "時間内に応答がありません。", Verdict.WARNING), (6, "", Verdict.FAILURE)],
)
def test_feed_is_judged_by_its_age_and_trouble(settings, minutes, trouble, verdict):
    settings.FEEDS = (FEED,)
    Feed.objects.create(address=FEED, answered_at=clock.now() - timedelta(minutes=minutes), trouble=trouble)

    assert FeedCheck().run().verdict == verdict


@pytest.mark.django_db
def test_feed_that_never_answered_is_a_failure(settings):
    settings.FEEDS = (FEED,)

    assert FeedCheck().run().verdict == Verdict.FAILURE
