"""Writing, testing, publishing, comparing, carrying elsewhere."""

import copy
import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.shared.paperwork.forms import DOG, GOOD, MAY, make_form, words
from tests.shared.paperwork.questions import question
from todoke.shared.paperwork.actions import blocks
from todoke.shared.paperwork.actions import forms as forms_actions
from todoke.shared.paperwork.differences import differences
from todoke.shared.paperwork.document import BrokenDocument, canonical, document_of, read_document
from todoke.shared.paperwork.exchange import BrokenFile, export_form, export_texts, import_form, import_texts
from todoke.shared.paperwork.models import Form, FormTest, FormVersion, VersionState
from todoke.shared.paperwork.publishing import advice_of, faults_of, percentage_done
from todoke.shared.paperwork.queries import draft_of, published_version
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.trials import run_and_keep

pytestmark = pytest.mark.django_db


def changed(**paths: Any) -> dict[str, Any]:
    """The dog form with some places changed: `pages__1__questions__0__required=False`."""
    document = copy.deepcopy(DOG)
    for path, value in paths.items():
        *way, last = path.split("__")
        place: Any = document
        for step in way:
            place = place[int(step)] if step.isdecimal() else place[step]
        place[int(last) if last.isdecimal() else last] = value
    return document


def places(document: dict[str, Any]) -> list[str]:
    return sorted(fault.where for fault in faults_of(canonical(document)))


Q = "pages__1__questions"


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (changed(), []),
        (changed(title={"en": "Dog"}), ["title"]),
        (changed(pages__0__title={}), ["pages.0.title"]),
        (changed(pages__0__questions=[]), ["pages.0"]),
        (changed(**{f"{Q}__0__kind": "paperwork.gone"}), ["pages.1.questions.0.kind"]),
        (changed(**{f"{Q}__0__label": {"en": "How many?"}}), ["pages.1.questions.0.label"]),
        (changed(**{f"{Q}__0__settings": {"least": 5, "most": 1}}), ["pages.1.questions.0.settings.least"]),
        (changed(**{f"{Q}__0__settings": {"leest": 5}}), ["pages.1.questions.0.settings.leest"]),
        (changed(pages__0__questions__0__searchable=True), ["pages.0.questions.0.searchable"]),
        (changed(pages__0__questions__0__sensitive=False), ["pages.0.questions.0.sensitive"]),
        (changed(pages__2__questions__0__settings={"of": "no_such"}), ["pages.2.questions.0"]),
        # A condition over a later question, and one over a question that is not there.
        (changed(**{f"{Q}__0__visible": {"name": "vaccinated"}}), ["pages.1.questions.0.visible"]),
        (changed(**{f"{Q}__2__visible": {"name": "no_such"}}), ["pages.1.questions.2.visible/name"]),
        # Nobody ever comes to a page that is shown to more dogs than may be.
        (
            changed(pages__2__visible={"op": "more", "of": [{"name": "count"}, 10]}),
            ["pages.2.visible"],
        ),
        (changed(computed={"fee": {"label": {}, "formula": {"op": "yen", "of": [{"name": "fee"}]}}}), ["computed.fee"]),
    ],
)
def test_the_gate_says_what_keeps_a_form_back(document: dict[str, Any], where: list[str]) -> None:
    found = places(document)

    assert [place for place in where if not any(each.startswith(place) for each in found)] == []
    assert bool(found) == bool(where)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ([], ""),
        ({"todoke-form": 2}, ""),
        ({**DOG, "pagse": []}, "pagse"),
        ({**DOG, "pages": {}}, "pages"),
        ({**DOG, "pages": [7]}, "pages.0"),
        (changed(pages__0__key="Ä"), "pages.0"),
        (changed(pages__0__key="dogs"), "pages.dogs"),
        (changed(**{f"{Q}__0__key": "vaccinated"}), "pages.1.questions.1"),
        (changed(**{f"{Q}__0__key": "A B"}), "pages.1.questions.0"),
        (changed(**{f"{Q}__0__label": "text"}), "pages.1.questions.0.label"),
        (changed(**{f"{Q}__0__settings": []}), "pages.1.questions.0.settings"),
        (changed(**{f"{Q}__0__sensitive": "no"}), "pages.1.questions.0.sensitive"),
        (changed(**{f"{Q}__0__requierd": True}), "pages.1.questions.0.requierd"),
        ({**DOG, "computed": []}, "computed"),
        ({**DOG, "computed": {"count": {"formula": 1}}}, "computed.count"),
        ({**DOG, "computed": {"Fee!": {"formula": 1}}}, "computed.Fee!"),
    ],
)
def test_what_is_no_form_is_refused_with_the_place(given: Any, where: str) -> None:
    with pytest.raises(BrokenDocument) as refused:
        read_document(given)

    assert where in [fault.where for fault in refused.value.faults]
    assert all(str(fault.says) for fault in refused.value.faults)


def test_the_canonical_text_is_one_whatever_the_order() -> None:
    turned = json.loads(json.dumps(DOG, sort_keys=True))

    assert canonical(turned) == canonical(DOG)
    assert canonical(DOG).isascii()


def test_a_published_version_is_changed_and_deleted_by_nobody(dog: Form) -> None:
    version = published_version(dog)
    assert version is not None

    for act in (
        lambda: FormVersion.objects.filter(pk=version.pk).update(document="{}", sha256="0" * 64),
        lambda: FormVersion.objects.filter(pk=version.pk).update(published_by="x"),
        lambda: FormVersion.objects.filter(pk=version.pk).update(state="draft"),
        lambda: FormVersion.objects.filter(pk=version.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_a_hash_that_is_not_that_of_the_document_is_refused(dog: Form) -> None:
    with pytest.raises(DatabaseError, match="hash"), transaction.atomic():
        FormVersion.objects.create(form=dog, number=9, document="{}", sha256="0" * 64, edited_at=MAY)


def test_editing_makes_a_new_draft_and_publishing_retires_the_old_version(dog: Form) -> None:
    first = published_version(dog)
    draft = forms_actions.save_draft(dog, changed(title=words("犬の登録届")), by="test", at=MAY)
    assert first is not None
    assert (draft.number, draft.state, published_version(dog)) == (2, VersionState.DRAFT, first)
    with pytest.raises(IntegrityError), transaction.atomic():
        FormVersion.objects.create(form=dog, number=3, document=draft.document, sha256=draft.sha256, edited_at=MAY)

    forms_actions.publish(dog, by="test", by_name="係長", at=MAY)

    first.refresh_from_db()
    assert (first.state, published_version(dog)) == (VersionState.RETIRED, draft)
    assert draft_of(dog) is None
    with pytest.raises(forms_actions.NothingToPublish):
        forms_actions.publish(dog, by="test", at=MAY)


def test_two_who_edit_one_draft_notice_each_other(dog: Form) -> None:
    draft = forms_actions.save_draft(dog, DOG, by="test", at=MAY)
    forms_actions.save_draft(dog, changed(title=words("甲")), by="test", at=MAY, based_on=draft.sha256)

    with pytest.raises(forms_actions.EditedElsewhere):
        forms_actions.save_draft(dog, changed(title=words("乙")), by="test", at=MAY, based_on=draft.sha256)

    forms_actions.drop_draft(dog, by="test")
    assert draft_of(dog) is None


def add_test(form: Form, name: str, expected: dict[str, Any], **typed: dict[str, list[str]]) -> None:
    answers = {**GOOD, "agreed": agreed(), **typed}
    FormTest.objects.create(form=form, name=name, day=date(2026, 5, 10), typed=answers, expected=expected)


def agreed() -> dict[str, list[str]]:
    consent = question("paperwork.consent", DOG["pages"][2]["questions"][1]["settings"])
    value = {"text_sha256": field_kinds["paperwork.consent"].boxes(consent, {})[1].choices[0].value, "language": "ja"}
    return field_kinds["paperwork.consent"].raw_of(value, consent)


def test_tests_of_staff_go_through_with_their_coverage(dog: Form) -> None:
    draft = forms_actions.save_draft(dog, changed(title=words("新しい届")), by="test", at=MAY)
    add_test(dog, "注射済み", {"complete": True, "computed": {"fee": 6000}, "visible": {"vaccinated_on": True}})

    run = run_and_keep(draft, at=MAY)

    assert run.is_green, run.report
    assert run.report["coverage"]["branches_not_taken"] == ["visible:vaccinated_on=no"]
    assert run.report["coverage"]["questions_not_answered"] == ["you.phone"]
    add_test(dog, "注射なし", {"complete": True, "refused": []}, vaccinated={"": ["no"]})
    assert run_and_keep(draft, at=MAY).report["coverage"]["branches_taken"] == 2
    assert forms_actions.publish(dog, by="test", at=MAY).state == VersionState.PUBLISHED


def test_a_form_is_not_published_while_a_test_is_red_or_has_not_run(dog: Form) -> None:
    draft = forms_actions.save_draft(dog, changed(title=words("新しい届")), by="test", at=MAY)
    wrong = {
        "complete": False,
        "visible": {"vaccinated_on": False, "gone": True},
        "refused": ["count"],
        "values": {"count": "3"},
    }
    add_test(dog, "まちがい", wrong)
    with pytest.raises(forms_actions.NotFitToPublish) as refused:
        forms_actions.publish(dog, by="test", at=MAY)
    assert [fault.where for fault in refused.value.faults] == ["tests"]

    run = run_and_keep(draft, at=MAY)

    assert not run.is_green
    assert len(run.report["tests"][0]["deviations"]) == 5
    with pytest.raises(forms_actions.NotFitToPublish):
        forms_actions.publish(dog, by="test", at=MAY)


def test_unsound_formulas_make_the_run_red(dog: Form) -> None:
    draft = forms_actions.save_draft(dog, changed(**{f"{Q}__2__visible": {"name": "gone"}}), by="test", at=MAY)
    add_test(dog, "何でも", {})

    assert "faults" in run_and_keep(draft, at=MAY).report


def test_advice_names_conditions_that_always_hold() -> None:
    always = {"op": "at-least", "of": [{"name": "count"}, 1]}

    told = advice_of(canonical(changed(**{f"{Q}__1__required": always})))

    assert [each.where for each in told] in ([], ["pages.1.questions.1.required"])


def test_differences_are_told_in_words() -> None:
    after = changed(
        pages__0__title=words("届け出る人"),
        **{
            f"{Q}__0__label": words("犬は何頭ですか", "How many dogs?"),
            f"{Q}__0__settings": {"least": 1, "most": 5, "unit": words("頭")},
            f"{Q}__1__required": False,
            f"{Q}__2__visible": None,
            f"{Q}__3__kind": "paperwork.short-text",
            f"{Q}__3__searchable": False,
        },
    )
    after["pages"][1]["questions"].append({"key": "new", "kind": "paperwork.time", "label": words("時刻")})
    after["pages"][0]["questions"].pop()
    after["computed"]["fee"]["formula"] = {"op": "yen", "of": [4000], "way": "up"}
    after["pages"] = [after["pages"][1], after["pages"][0], after["pages"][2]]

    told = differences(document_of(canonical(DOG)), document_of(canonical(after)))

    said = {(each.about, each.says) for each in told}
    assert ("届け出る人", "文が変わりました（ja）。") in said
    assert ("犬は何頭ですか", "「最大」が変わりました。") in said
    assert ("予防注射を受けましたか", "必須の条件が変わりました。") in said
    assert ("注射の日", "出る条件が変わりました。") in said
    assert ("地区", "答え方の種類が変わりました。") in said
    assert ("地区", "検索できなくなりました。") in said
    assert ("時刻", "質問が増えました。") in said
    assert ("電話番号", "質問がなくなりました。") in said
    assert ("手数料", "計算のしかたが変わりました。") in said
    assert ("様式", "ページの順番が変わりました。") in said
    condition = next(each for each in told if each.about == "注射の日")
    assert "予防注射" in condition.before
    assert condition.after == "いつも"
    assert differences(document_of(canonical(DOG)), document_of(canonical(DOG))) == []


def test_a_form_goes_to_another_city_and_back_byte_for_byte(dog: Form) -> None:
    add_test(dog, "注射済み", {"complete": True})
    version = published_version(dog)
    assert version is not None
    file = export_form(version)

    taken = import_form(file, room="other", retention_class="y5", by="test", at=MAY, key="dog-elsewhere")

    assert export_form(taken).replace(b"dog-elsewhere", b"dog") == file
    assert import_form(file, room="demo", retention_class="y5", by="test", at=MAY).form == dog


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[1]",
        b"\xff\xfe",
        b'{"todoke-form-file": 1, "document": {}, "sha256": "x"}',
        b"[" * 100_000,
        b"x" * 2_000_001,
        b'{"todoke-form-file": 1, "document": 1, "tests": [{}], '
        b'"sha256": "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"}',
    ],
    ids=["empty", "list", "binary", "hash", "deep", "large", "tests"],
)
def test_a_broken_file_is_refused_with_a_sentence(schedule: Any, data: bytes) -> None:
    with pytest.raises(BrokenFile) as refused:
        import_form(data, room="demo", retention_class="y5", by="test", at=MAY)

    assert str(refused.value).endswith("。")


def test_translations_leave_and_come_back_as_one_table(dog: Form) -> None:
    draft = forms_actions.save_draft(dog, DOG, by="test", at=MAY)
    assert percentage_done(draft.document, "ja-easy") == 0
    rows = list(csv.reader(io.StringIO(export_texts(draft, ["ja-easy", "vi"]).decode("utf-8-sig"))))
    filled_in = [rows[0], *([place, ja, f"やさしい {ja}", ""] for place, ja, *_rest in rows[1:])]
    filled_in[3][1] = "昔の 文"
    out = io.StringIO()
    csv.writer(out).writerows(filled_in)

    taken = import_texts(draft, out.getvalue().encode("cp932"), by="test", at=MAY)

    assert taken.stale == (filled_in[3][0],)
    assert taken.taken == len(filled_in) - 2
    assert taken.percentage["ja-easy"] < 100
    after = draft_of(dog)
    assert after is not None
    assert after.read().title["ja-easy"] == "やさしい 犬の登録"
    for broken in (b"a,b\n1,2\n", b"\x81", b"x" * 5_000_001):
        with pytest.raises(BrokenFile):
            import_texts(after, broken, by="test", at=MAY)


def test_a_shared_block_is_renewed_and_a_copy_goes_its_own_way(schedule: Any) -> None:
    asked = [{"key": "phone", "kind": "paperwork.telephone", "label": words("電話番号")}]
    first = blocks.save_block("contact", title="連絡先", questions=asked, by="test", at=MAY)
    assert blocks.save_block("contact", title="連絡先", questions=asked, by="test", at=MAY) == first
    shared = blocks.with_block(DOG, "end", first, shared=True, prefix="guardian")
    copied = blocks.with_block(DOG, "end", first, shared=False)

    more = [*asked, {"key": "mail", "kind": "paperwork.mail", "label": words("メール")}]
    second = blocks.save_block("contact", title="連絡先", questions=more, by="test", at=MAY)

    assert blocks.newer_blocks(shared) == {"contact": 2}
    assert blocks.newer_blocks(copied) == {}
    renewed = blocks.renewed(shared, second)
    assert [each["key"] for each in renewed["pages"][2]["questions"]][2:] == ["guardian.phone", "guardian.mail"]
    assert blocks.newer_blocks(renewed) == {}
    assert faults_of(canonical(renewed)) == []
    with pytest.raises(DatabaseError), transaction.atomic():
        first.delete()


def test_the_form_is_scheduled_and_retired(schedule: Any) -> None:
    form = make_form(key="other")
    forms_actions.schedule(form, opens_at=MAY, closes_at=None, responses_max=3, by="test")
    forms_actions.retire(form, by="test", at=MAY)

    assert published_version(form) is None
    assert forms_actions.document_json(form.versions.get()) == DOG
