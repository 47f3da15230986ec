"""Questions that several forms share: as a link that can be renewed, or as a copy that goes its own way."""

import json
from datetime import datetime
from typing import Any

from django.db import transaction

from todoke.ground.audit.actions import Person, record
from todoke.shared.paperwork.document import canonical, read_questions, sha256_of
from todoke.shared.paperwork.models import Block, BlockVersion
from todoke.shared.paperwork.types import Json, joined


@transaction.atomic
def save_block(key: str, *, title: str, questions: Json, by: Person | str, at: datetime) -> BlockVersion:
    """A new version of a block, which is made where there is none. Raises BrokenDocument."""
    read_questions(questions)
    block, _made = Block.objects.update_or_create(key=key, defaults={"title": title})
    Block.objects.select_for_update().get(pk=block.pk)
    latest = block.versions.order_by("-number").first()
    text = canonical(questions)
    if latest and latest.sha256 == sha256_of(text):
        return latest
    made = BlockVersion.objects.create(
        block=block, number=latest.number + 1 if latest else 1, questions=text, sha256=sha256_of(text), made_at=at
    )
    record("paperwork.block-saved", on=block, by=by, after={"number": made.number, "sha256": made.sha256})
    return made


def with_block(document: Json, page: str, version: BlockVersion, *, shared: bool, prefix: str = "") -> Json:
    """The form with the questions of a block at the end of a page.

    `shared`: each question remembers where it comes from, and `renewed` brings a newer version; a copy forgets it.
    `prefix` keeps two uses of one block apart (`applicant`, `guardian`).
    """
    added = _questions(version, shared=shared, prefix=prefix)
    pages = [
        {**each, "questions": [*each.get("questions", []), *added]} if each["key"] == page else each
        for each in document["pages"]
    ]
    return {**document, "pages": pages}


def newer_blocks(document: Json) -> dict[str, int]:
    """The shared blocks of a form of which there is a newer version: key and its number."""
    used: dict[str, int] = {}
    for question in _all(document):
        if block := question.get("block"):
            used[block["key"]] = min(block["number"], used.get(block["key"], block["number"]))
    latest: dict[str, int] = {}
    for key, number in BlockVersion.objects.filter(block__key__in=used).values_list("block__key", "number"):
        latest[key] = max(number, latest.get(key, 0))
    return {key: number for key, number in latest.items() if number > used[key]}


def renewed(document: Json, version: BlockVersion) -> Json:
    """The form in which every shared use of this block is that of this version, in the place where it stood."""
    key = version.block.key
    pages = []
    for page in document["pages"]:
        questions: list[Any] = []
        seen: set[str] = set()
        for question in page.get("questions", []):
            block = question.get("block")
            if not block or block["key"] != key:
                questions.append(question)
            elif block.get("prefix", "") not in seen:
                seen.add(block.get("prefix", ""))
                questions += _questions(version, shared=True, prefix=block.get("prefix", ""))
        pages.append({**page, "questions": questions})
    return {**document, "pages": pages}


def _questions(version: BlockVersion, *, shared: bool, prefix: str) -> list[dict[str, Any]]:
    origin = {"block": {"key": version.block.key, "number": version.number, "prefix": prefix}} if shared else {}
    return [{**each, "key": joined(prefix, each["key"]), **origin} for each in json.loads(version.questions)]


def _all(document: Json) -> list[dict[str, Any]]:
    return [question for page in document["pages"] for question in page.get("questions", [])]
