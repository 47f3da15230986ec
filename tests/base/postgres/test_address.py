import pytest

from todoke.base.postgres.address import hosts_of, read_address
from todoke.project.environment import BadVariable, read_environment


def test_an_address_with_one_host_is_read():
    found = read_address("postgresql://todoke:se%40cret@db.example:5433/city?sslmode=verify-full")

    assert {name: found[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")} == {
        "HOST": "db.example",
        "PORT": "5433",
        "USER": "todoke",
        "PASSWORD": "se@cret",
        "NAME": "city",
    }
    assert found["OPTIONS"]["sslmode"] == "verify-full"


def test_an_address_with_several_hosts_looks_for_the_one_that_takes_writes():
    found = read_address("postgresql://todoke@one.example:5432,two.example:5433/city")

    assert (found["HOST"], found["PORT"]) == ("one.example,two.example", "5432,5433")
    assert found["OPTIONS"]["target_session_attrs"] == "read-write"
    assert hosts_of(found["HOST"]) == ["one.example", "two.example"]


def test_what_the_address_says_wins_over_what_is_usual():
    found = read_address("postgresql://a.example,b.example/city?target_session_attrs=primary&connect_timeout=2")

    assert found["OPTIONS"]["target_session_attrs"] == "primary"
    assert found["OPTIONS"]["connect_timeout"] == "2"


def test_sockets_in_folders_are_hosts_too():
    found = read_address("postgresql://todoke@/city?host=/run/one,/run/two&port=5432,5433")

    assert (found["HOST"], found["PORT"]) == ("/run/one,/run/two", "5432,5433")


def test_a_host_that_vanished_is_noticed_within_seconds():
    options = read_address("postgresql://db.example/city")["OPTIONS"]

    assert int(options["tcp_user_timeout"]) <= 15_000
    assert int(options["connect_timeout"]) <= 5


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgresql://db.example", "names no database"),
        ("postgresql://db.example/city?sslmodus=yes", "sslmodus"),
        ("postgresql://db.example:port/city%zz", "invalid"),
    ],
)
def test_an_address_that_cannot_be_read_stops_the_start_in_words(address, says):
    with pytest.raises(BadVariable, match=says) as refused:
        read_environment({"DATABASE_URL": address})

    assert "DATABASE_URL=postgresql://" in str(refused.value)
