"""Lines of large print, for FAX and posters: what must be read from across a room first, then everything else."""

from todoke.base.clock import in_japan
from todoke.shared.messaging.channels.clusters import characters, longest_start
from todoke.shared.messaging.channels.matter import Matter, Room, plain
from todoke.shared.messaging.channels.phrases import phrases_in
from todoke.shared.messaging.channels.wording import Fitted, area_lines, body_of, essentials
from todoke.shared.messaging.types import EditionKind, Never


def sheet(matter: Matter, room: Room) -> Fitted:
    """Title with mark, level, places, what to do, the body, whom to ask. The body is cut first. Raises Never."""
    edition, language, phrases = matter.edition, matter.language, phrases_in(matter.language)
    body = body_of(edition, language)
    first = essentials(edition, language)
    said = plain("\n".join(first))
    if not matter.own_title and not any(plain(heading) in said for heading in matter.headings):
        first.append(matter.headings[0])
    first += [line for line in area_lines(edition, language) if line] or [matter.city]
    if edition.kind is not EditionKind.CANCEL and not any(plain(action) in plain(body) for action in matter.actions):
        first.append(matter.actions[0])
    note = phrases.of_note(edition.kind, edition.note)
    at = phrases.date.format(in_japan(edition.sent_at))
    last = [
        *([phrases.contact.format(edition.content.contact)] if edition.content.contact else []),
        phrases.sent.format(city=edition.city, at=at),
    ]
    whole = "\n".join(line for line in [*first, note, body, *last] if line)
    if room.limit is None or room.measure(whole) <= room.limit:
        return Fitted(whole)
    # A sheet that has no room for the body still says what to do.
    if matter.actions[0] not in first and edition.kind is not EditionKind.CANCEL:
        first.append(matter.actions[0])
    head = "\n".join(first)
    spare = room.limit - room.measure(head + "\n…")
    if spare < -1:
        raise Never(f"題名、レベル、地域、行動だけで{room.limit}文字を超えます（いま{room.measure(head)}文字）。")
    kept = longest_start(body, max(spare, 0), room.measure) if spare > 0 else ""
    lost = characters(body) - characters(kept)
    text = f"{head}\n{kept}…" if kept else head
    return Fitted(text, f"本文の後ろ{lost}文字と問い合わせ先" if lost else "問い合わせ先")
