"""The print pack: every sheet of one edition, as files, and as one ZIP that is the same to the byte every time."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from todoke.base.clock import in_japan
from todoke.shared.messaging.public_files import read_on_at
from todoke.shared.messaging.types import FrozenEdition
from todoke.shared.paper import papers
from todoke.shared.paper.keeping import as_json
from todoke.shared.paper.papers import Place
from todoke.shared.paper.press import qr_code
from todoke.shared.paper.saying import saying_of

FIRST_STEPS = """{mark}{title}
{city}　{sent}　印刷一式

1-fax.pdf        FAX用（1枚）。施設へ、ふつうのFAX機から送れます。
2-poster*.pdf    掲示用（A4、警戒レベルの色）。言語ごとに1枚です。
3-bulletin.pdf   配布用。すべての言語の全文です。
4-reading.pdf    広報車の読み上げ文と、回る場所の表です。
5-dictation.pdf  防災行政無線を手で放送するときの原稿です。
6-courier.pdf    配達・掲示の一覧です。届けた人が署名します。
qr.svg           くわしい情報のページのQRコードです。
edition.json     この版そのものです。ネットワークもデータベースもない機械で
                 「todoke print --from-file edition.json --to フォルダー」と打つと、同じ一式ができます。

つながるようになったら、職員の机の「印刷」で、手で済ませたものに「済んだ」と記録してください。
有効期限（{until}）を過ぎたら、配らず、貼ったものは外してください。
"""


def sheets_of(edition: FrozenEdition, places: Sequence[Place], *, site: str) -> dict[str, bytes]:
    """All files of the pack by name. Raises CannotPrint or NoJapaneseFont."""
    languages = [wording.language for wording in edition.content.wordings]
    others = {
        f"2-poster-{language}.pdf": papers.poster(edition, site=site, language=language)
        for language in languages
        if language != "ja"
    }
    return {
        "0-first.txt": _first_steps(edition, site).encode(),
        "1-fax.pdf": papers.fax_sheet(edition, site=site),
        "2-poster.pdf": papers.poster(edition, site=site),
        **others,
        "3-bulletin.pdf": papers.bulletin(edition, site=site),
        "4-reading.pdf": papers.reading_list(edition, site=site),
        "5-dictation.pdf": papers.dictation(edition, site=site),
        "6-courier.pdf": papers.courier_list(edition, places, site=site),
        "qr.svg": qr_code(read_on_at(site, edition)).encode(),
        "edition.json": as_json(edition),
    }


def zipped(edition: FrozenEdition, sheets: Mapping[str, bytes]) -> bytes:
    """The files as one ZIP, dated as the edition was sent."""
    dated = in_japan(edition.sent_at).timetuple()[:6]
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(sheets.items()):
            entry = zipfile.ZipInfo(name, date_time=dated)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return box.getvalue()


def lay_out(sheets: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write the files into a folder, which is made where it is not there. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in sheets.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in sheets]


def _first_steps(edition: FrozenEdition, site: str) -> str:
    saying = saying_of(edition, "ja", site)
    # The title has its mark already; a reader of a text file has no edges to look at, so it stands alone once more.
    mark = f"{saying.mark}{saying.warning}\n" if saying.mark else ""
    return FIRST_STEPS.format(mark=mark, title=saying.title, city=saying.city, sent=saying.sent, until=saying.until)
