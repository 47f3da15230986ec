"""The pages of 市民の声, for who wrote, for the section that answers, and for everybody else."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.civic.voices.town import BODY, EXCERPT, REPLY, again, decided, handed_on, said, viewer, written
from tests.sign_in import resident_client, sign_in
from todoke.base.clock import now
from todoke.civic.voices.actions.publishing import publish
from todoke.civic.voices.follower import FOLLOWER
from todoke.civic.voices.models import Theme, Voice, VoiceBox
from todoke.ground.looks.models import Look
from todoke.ground.people.models import Account
from todoke.ground.people.residents.entering import new_resident
from todoke.ground.people.rules import Level
from todoke.ground.retention.models import Custody
from todoke.shared.casework.models import Case
from todoke.shared.paperwork.filling.holding import HELD
from todoke.shared.paperwork.models import Response, ResponseState
from todoke.shared.paperwork.rules import mark_of

pytestmark = pytest.mark.usefixtures("town", "db")

MY_NUMBER = "123456789018"


def holder(voice: Voice) -> Client:
    """The browser in which this was written."""
    client = Client()
    session = client.session
    session[HELD] = [str(voice.response.key)]
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    return client


def staff(login_name: str) -> Client:
    return sign_in(Client(), Account.objects.get(login_name=login_name))


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_somebody_writes_without_an_account_from_the_first_page_to_the_receipt() -> None:
    client = Client()

    begun = client.post(f"/voices/begin/{VoiceBox.objects.get().key}/")
    voice = Voice.objects.get()
    page = f"/voices/{voice.response.key}/pages"
    marks = {f"shown@{key}": mark_of({}) for key in ("kind", "body", "publish")}
    first = client.post(f"{page}/voice/", {**marks, "kind": "question", "body": BODY, "publish": "no", "next": "1"})
    second = client.post(f"{page}/you/", {"next": "1"})
    review = client.get(second.url)  # type: ignore[attr-defined]
    done = client.post(f"/voices/{voice.response.key}/review/", {"submit_key": "k"}, follow=True)

    assert begun.url == f"{page}/voice/"  # type: ignore[attr-defined]
    assert first.url == f"{page}/you/"  # type: ignore[attr-defined]
    assert BODY in text_of(review)
    assert "広報課" in text_of(done)
    assert (again(voice).kind, again(voice).may_publish) == ("question", False)
    assert "no-store" in done.headers["Cache-Control"]


def test_what_is_missing_is_said_and_nothing_has_arrived() -> None:
    client = Client()
    client.post(f"/voices/begin/{VoiceBox.objects.get().key}/")
    voice = Voice.objects.get()

    answer = client.post(f"/voices/{voice.response.key}/review/", {"submit_key": "k"})

    assert answer.status_code == 409
    assert again(voice).case is None


def test_a_my_number_is_not_kept() -> None:
    client = Client()
    client.post(f"/voices/begin/{VoiceBox.objects.get().key}/")
    voice = Voice.objects.get()

    answer = client.post(
        f"/voices/{voice.response.key}/pages/voice/",
        {"shown@body": mark_of({}), "body": f"わたしは{MY_NUMBER}です", "next": "1"},
    )

    assert MY_NUMBER not in text_of(answer)
    assert "マイナンバー" in text_of(answer)


def test_a_voice_opens_to_who_holds_it_and_to_nobody_else() -> None:
    voice = said()
    for name in ("", "pages/voice/", "review/", "receipt/", "pause/"):
        address = f"/voices/{voice.response.key}/{name}"
        assert Client().get(address).status_code == 404, name
        assert staff("kikuchi").get(address).status_code == 404, name
        assert holder(voice).get(address, follow=True).status_code == 200, name
    assert Client().post(f"/voices/{voice.response.key}/consent/").status_code == 404
    assert Client().get(f"/voices/{uuid4()}/").status_code == 404


def test_the_inbox_of_all_services_leads_to_its_page() -> None:
    voice = said()
    assert voice.case is not None
    address = f"/desk/voices/{voice.case.key}/"

    assert f'<a href="{address}">{voice.case.number}</a>' in text_of(staff("kikuchi").get("/desk/cases/"))
    assert staff("kikuchi").get(address).status_code == 200


def test_what_was_purged_says_so_in_words() -> None:
    theme = written(*handed_on())
    decided(theme)
    FOLLOWER.step()
    voice = again(Voice.objects.get())
    assert voice.case is not None
    over = {"closed_on": date(2019, 3, 31), "expires_on": date(2020, 3, 31), "purged_at": now()}
    Custody.objects.filter(pk=voice.response.custody_id).update(**over, wrapped_key=None, period=None)
    Response.objects.filter(pk=voice.response_id).update(state=ResponseState.PURGED, purged_at=now())

    page = staff("hashidate").get(f"/desk/voices/{voice.case.key}/")

    assert page.status_code == 200
    assert "廃棄されました" in text_of(page)
    assert BODY not in text_of(page)
    assert f"/desk/voices/{voice.case.key}/handler/" not in text_of(page)
    assert staff("kusano").get(f"/desk/voices/{voice.case.key}/").status_code in {403, 404}


def test_a_resident_finds_it_in_their_own_list_in_any_browser_and_nobody_else_does() -> None:
    voice, resident = said(), new_resident(now())
    assert voice.case is not None
    Case.objects.filter(pk=voice.case.pk).update(resident_id=resident.pk)
    address = f"/voices/{voice.response.key}/"

    assert f'href="{address}"' in text_of(resident_client(Level.CONTACT, resident).get("/filings/"))
    assert resident_client(Level.CONTACT, resident).get(address).status_code == 200
    assert address not in text_of(resident_client(Level.CONTACT).get("/filings/"))
    assert address not in text_of(Client().get("/filings/"))


def test_the_receipt_code_opens_it_in_another_browser_and_guessing_ends() -> None:
    voice, client = said(), Client()

    assert client.post("/voices/status/", {"code": "WRONG"}).status_code == 422
    found = client.post("/voices/status/", {"code": voice.response.receipt_code}, follow=True)
    assert BODY in text_of(found)
    answers = [client.post("/voices/status/", {"code": "WRONG"}).status_code for _try in range(20)]
    assert answers[-1] == 429


def test_the_writer_reads_the_answer_and_takes_the_consent_back() -> None:
    (voice,) = handed_on()
    theme = written(voice)
    decided(theme)
    FOLLOWER.step()
    publish(theme, viewer=viewer("michishita"), at=now())
    client = holder(voice)

    page = text_of(client.get(f"/voices/{voice.response.key}/"))
    assert REPLY in page
    assert "橋立" not in page
    assert EXCERPT in text_of(Client().get(f"/voices/answers/{theme.key}/"))
    client.post(f"/voices/{voice.response.key}/consent/")

    assert Client().get(f"/voices/answers/{theme.key}/").status_code == 404
    assert "公表をやめる" not in text_of(client.get(f"/voices/{voice.response.key}/"))


def test_a_theme_is_a_public_page_only_once_it_is_published() -> None:
    theme = written(*handed_on())

    assert Client().get(f"/voices/answers/{theme.key}/").status_code == 404
    assert "公園の水飲み場" not in text_of(Client().get("/voices/"))


def test_staff_of_other_sections_see_nothing_of_it() -> None:
    (voice,) = handed_on()
    theme = written(voice)
    assert voice.case is not None

    for name in ("kikuchi", "kawase"):
        client = staff(name)
        assert client.get(f"/desk/voices/{voice.case.key}/").status_code == 404
        assert client.get(f"/desk/voices/themes/{theme.key}/").status_code == 404
        assert voice.case.number not in text_of(client.get("/desk/voices/"))


def test_who_opens_a_voice_or_its_theme_leaves_a_look() -> None:
    (voice,) = handed_on()
    theme = written(voice)
    assert voice.case is not None
    client = staff("hashidate")

    client.get("/desk/voices/")
    assert not Look.objects.exists()
    client.get(f"/desk/voices/{voice.case.key}/")
    client.get(f"/desk/voices/themes/{theme.key}/")

    assert Look.objects.count() == 2


def test_a_voice_is_handed_on_and_ended_on_pages_that_say_what_is_missing() -> None:
    voice = said()
    assert voice.case is not None
    client, revision = staff("kikuchi"), {"revision": voice.case.revision}
    address = f"/desk/voices/{voice.case.key}"

    assert client.post(f"{address}/hand-on/", {**revision, "section": "doboku"}).status_code == 422
    assert client.post(f"{address}/end/note/", revision).status_code == 422
    assert client.get(f"{address}/end/answer/").status_code == 404
    assert client.post(f"{address}/handler/", {"handler": "0"}, follow=True).status_code == 200
    gone = client.post(f"{address}/hand-on/", {"revision": 99, "section": "doboku", "reason": "公園"})
    assert gone.status_code == 422
    client.post(f"{address}/end/note/", {**revision, "reason": "あいさつのため"})

    assert again(voice).case.outcome == "noted"  # type: ignore[union-attr]
    assert "あいさつのため" in text_of(client.get(f"{address}/"))
    assert voice.case.number in text_of(client.get("/desk/voices/?only=ended"))


def test_voices_are_put_together_and_taken_out_on_the_desk() -> None:
    first, second = handed_on("一つ目です。", "二つ目です。")
    assert first.case is not None
    assert second.case is not None
    client = staff("hashidate")

    client.post(f"/desk/voices/{first.case.key}/join/", {"theme": ""})
    theme = Theme.objects.get()
    client.post(f"/desk/voices/{second.case.key}/join/", {"theme": str(theme.key)})
    assert theme.voices.count() == 2
    refused = client.post(f"/desk/voices/{second.case.key}/join/", {"theme": str(uuid4())}, follow=True)
    assert "画面を開き直してください" in text_of(refused)
    client.post(f"/desk/voices/{second.case.key}/leave/")

    assert theme.voices.count() == 1


def test_what_was_typed_stays_where_it_is_refused() -> None:
    theme = written(*handed_on())
    client = staff("hashidate")
    address = f"/desk/voices/themes/{theme.key}/"

    stale = client.post(address, {"revision": "1", "title": "公園", "reply": "新しい回答", "save": "1"})

    assert stale.status_code == 422
    assert "新しい回答" in text_of(stale)


def test_publishing_and_holding_back_on_the_desk() -> None:
    theme = written(*handed_on())
    decided(theme)
    FOLLOWER.step()
    address = f"/desk/voices/themes/{theme.key}"

    own = staff("hashidate").post(f"{address}/publish/", follow=True)
    assert "別の人が" in text_of(own)
    head = staff("michishita")
    assert "公表しない理由を書いてください" in text_of(head.post(f"{address}/withhold/", {"reason": ""}, follow=True))
    head.post(f"{address}/withhold/", {"reason": "個別の事情"})

    assert Theme.objects.get().withheld_reason == "個別の事情"
    assert "もう決まっています" in text_of(head.post(f"{address}/publish/", follow=True))
