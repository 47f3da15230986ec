"""The personal-data map: of every field of every table, whether it is about people, on what ground, and how it dies.

Each room says it in its own `personal_data.toml`, beside its models; packages of others stand in `project/start`. A
field stands in exactly one list; a house test fails on one that stands in none. One table a model:

    ["library.Reader"]
    basis = "図書館条例3条（貸出し）"
    dies = "with the reader's custody, shredder library.readers"
    personal = ["name", "address"]
    none = ["id", "branch"]
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from django.apps import apps
from django.db import models

FILE = "personal_data.toml"


class About(StrEnum):
    """What a field says about people."""

    NONE = "none"  # nothing
    STAFF = "staff"  # who acted for the city, in office (職務遂行の内容); kept with the act
    PERSONAL = "personal"  # a person who can be told from it, alone or with other fields
    SENSITIVE = "sensitive"  # 要配慮個人情報, money, what harms when known
    SEALED = "sealed"  # personal, and legible with a key alone
    SECRET = "secret"  # noqa: S105 - a kind of field: a password, a key, a token


# What must say why it is there and how it goes.
MUST_DIE = frozenset({About.PERSONAL, About.SENSITIVE, About.SEALED, About.SECRET})


@dataclass(frozen=True)
class Declaration:
    """What a room says of one model."""

    model: str
    basis: str
    dies: str
    fields: dict[str, About]


@lru_cache(maxsize=1)
def the_map() -> dict[str, Declaration]:
    """Every declaration of the house, by model. Raises ValueError for a file that cannot be read."""
    found: dict[str, Declaration] = {}
    for path in sorted(Path(config.path) / FILE for config in apps.get_app_configs()):
        if not path.exists():
            continue
        for declaration in read(path):
            if declaration.model in found:
                raise ValueError(f"{path}: “{declaration.model}” is declared twice")
            found[declaration.model] = declaration
    return found


def read(path: Path) -> Iterator[Declaration]:
    """The declarations of one file. Raises ValueError with the file, the model and what is wrong."""
    for model, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
        fields: dict[str, About] = {}
        for about in About:
            for name in table.pop(about.value, ()):
                if name in fields:
                    raise ValueError(f"{path}: {model}.{name} stands in two lists")
                fields[name] = about
        declaration = Declaration(model, table.pop("basis", ""), table.pop("dies", ""), fields)
        if table:
            raise ValueError(f"{path}: {model}: unknown keys {sorted(table)}; use basis, dies, {', '.join(About)}")
        yield declaration


def faults_of(wanted: Iterable[type[models.Model]], declared: dict[str, Declaration]) -> list[str]:
    """What is missing or left over in a map, each with what to do."""
    fields = {model._meta.label: {field.name for field in model._meta.local_fields} for model in wanted}
    found = []
    for label, names in fields.items():
        told = declared.get(label)
        known = set(told.fields) if told else set()
        found += [f"{label}.{name} is not declared: add it to the {FILE} of its room" for name in sorted(names - known)]
        found += [f"{label}.{name} is declared and not there" for name in sorted(known - names)]
        if told and MUST_DIE & set(told.fields.values()) and not (told.basis.strip() and told.dies.strip()):
            found.append(f"{label} holds personal data: say basis (on what ground) and dies (how it goes)")
    found += [f"{label} is declared and no model" for label in sorted(set(declared) - set(fields))]
    return found


def all_models() -> list[type[models.Model]]:
    """Every model of the house and of the packages it uses, tables of many-to-many fields included."""
    return list(apps.get_models(include_auto_created=True))


def fields_about(*kinds: About) -> list[str]:
    """`Model.field` of everything of these kinds: for a register of files (個人情報ファイル簿), a person's export."""
    return sorted(
        f"{declaration.model}.{name}"
        for declaration in the_map().values()
        for name, about in declaration.fields.items()
        if about in kinds
    )
