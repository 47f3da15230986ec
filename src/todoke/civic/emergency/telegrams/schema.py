"""The weather service's own XML schema, where the city has put it: optional, and stricter than our own check.

The schema is the service's and is not shipped; 気象庁防災情報XMLフォーマット publishes it: jmx.xsd and seven parts.
"""

from functools import lru_cache
from pathlib import Path

from lxml import etree


@lru_cache(maxsize=4)
def schema_in(folder: Path) -> etree.XMLSchema | None:
    """The schema whose root is `jmx.xsd` in this folder, read once; None where there is none.

    Raises etree.XMLSchemaParseError for files that are no schema: better no start than half a check.
    """
    root = folder / "jmx.xsd"
    return etree.XMLSchema(etree.parse(root)) if root.is_file() else None
