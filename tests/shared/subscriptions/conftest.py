"""A city with areas and topics."""

import pytest

from tests.shared.subscriptions import people


@pytest.fixture
def areas(db):
    return people.make_areas()


@pytest.fixture
def topics(db):
    return people.make_topics("bousai", "gomi", "event")
