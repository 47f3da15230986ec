import pytest

from tests.shared.paper.editions import an_edition
from todoke.shared.messaging.cap import cap_of
from todoke.shared.messaging.types import EditionKind, Mode
from todoke.shared.paper.keeping import UnreadableEdition, as_json, read_edition
from todoke.shared.paper.saying import saying_of

SITE = "http://127.0.0.1:8000"


def test_an_edition_comes_back_from_its_file_exactly(tmp_path):
    edition = an_edition(mode=Mode.EXERCISE, kind=EditionKind.CORRECTION, note="区域の誤り")
    (tmp_path / "edition.json").write_bytes(as_json(edition))

    assert read_edition(tmp_path / "edition.json") == edition


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("kind", [EditionKind.FIRST, EditionKind.CORRECTION, EditionKind.CANCEL])
def test_the_public_cap_file_gives_the_same_sheet(tmp_path, mode, kind):
    note = "" if kind is EditionKind.FIRST else "区域の誤り"
    edition = an_edition(mode=mode, kind=kind, note=note)
    (tmp_path / "cap.xml").write_bytes(cap_of(edition))

    read = read_edition(tmp_path / "cap.xml")

    wanted, found = saying_of(edition, "ja", SITE), saying_of(read, "ja", SITE)
    for name in ("mark", "title", "warning", "lines", "body", "sent", "until", "contact", "city", "page"):
        assert getattr(found, name) == getattr(wanted, name), name
    assert {area for block in found.blocks for area in block.areas} == {"川岸地区", "山手地区"}
    if kind is not EditionKind.CANCEL:
        assert [block.level for block in found.blocks] == [4, 3]
    assert [wording.language for wording in read.content.wordings] == [
        wording.language for wording in edition.content.wordings
    ]


@pytest.mark.parametrize(
    "content", [b"", b"<alert/>", b"<broken", b"{}", b"[1]", b'{"form": "todoke-edition-1"}', b"\xff\xfe"]
)
def test_a_file_that_is_no_edition_is_named_with_what_to_take_instead(tmp_path, content):
    path = tmp_path / "strange"
    path.write_bytes(content)

    with pytest.raises(UnreadableEdition, match=r"strange.*edition\.json"):
        read_edition(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UnreadableEdition, match="nowhere"):
        read_edition(tmp_path / "nowhere")
