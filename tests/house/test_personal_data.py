"""Every field of every table says whether it is about people, on what ground it is kept, and how it dies."""

import pytest
from django.db import models

from todoke.ground.retention.personal_data import About, all_models, faults_of, fields_about, read, the_map


def test_every_field_of_the_house_is_declared():
    faults = faults_of(all_models(), the_map())

    assert not faults, "\n".join(faults)
    assert sum(len(each.fields) for each in the_map().values()) > 1000


def test_a_planted_field_and_a_forgotten_reason_are_named():
    whole = the_map()
    model = next(each for each in all_models() if each._meta.label == "messaging.Contact")
    told = whole["messaging.Contact"]
    without = type(told)(told.model, "", "", {name: about for name, about in told.fields.items() if name != "address"})

    faults = faults_of([model], {"messaging.Contact": without, "library.Reader": without})

    assert faults == [
        "messaging.Contact.address is not declared: add it to the personal_data.toml of its room",
        "messaging.Contact holds personal data: say basis (on what ground) and dies (how it goes)",
        "library.Reader is declared and no model",
    ]


def test_a_field_that_is_gone_is_named():
    told = the_map()["audit.Head"]
    more = type(told)(told.model, "", "", {**told.fields, "colour": About.NONE})
    model = next(each for each in all_models() if each._meta.label == "audit.Head")

    assert faults_of([model], {"audit.Head": more}) == ["audit.Head.colour is declared and not there"]


@pytest.mark.parametrize(
    ("text", "said"),
    [('["a.B"]\nnone = ["x"]\npersonal = ["x"]\n', "a.B.x stands in two lists"), ('["a.B"]\nnoen = ["x"]\n', "noen")],
)
def test_a_file_with_a_slip_is_refused(tmp_path, text, said):
    path = tmp_path / "personal_data.toml"
    path.write_text(text)

    with pytest.raises(ValueError, match=said):
        list(read(path))


def test_what_is_sealed_is_a_field_of_bytes():
    """A field said to be sealed cannot be text in clear."""
    known = {model._meta.label: model for model in all_models()}

    for name in fields_about(About.SEALED):
        label, _dot, field = name.rpartition(".")
        assert isinstance(known[label]._meta.get_field(field), models.BinaryField), name


def test_what_is_known_to_be_personal_is_said_so():
    personal = set(fields_about(About.PERSONAL, About.SENSITIVE, About.SEALED))

    assert {"messaging.Contact.address", "subscriptions.Child.birth_month", "calling.Seat.telephone"} <= personal
    assert "people.Account.password" in fields_about(About.SECRET)
