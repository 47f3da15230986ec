import logging

import pytest
from django.http import HttpRequest

from todoke.base.registry import Registry
from todoke.base.ui.registry import MenuItem, Panel, draw_panels, items_for


def panels_of(*panels: Panel) -> Registry[Panel]:
    registry: Registry[Panel] = Registry("tests.panels")
    for panel in panels:
        registry.register(panel)
    return registry


def raise_it(_request: HttpRequest) -> str:
    raise ZeroDivisionError("住所は秘密")


def test_panels_are_drawn_by_order_and_then_by_key() -> None:
    panels = panels_of(
        Panel("tests.c", "C", 20, lambda _request: "c"),
        Panel("tests.b", "B", 10, lambda _request: "b"),
        Panel("tests.a", "A", 20, lambda _request: "a"),
    )

    drawn = draw_panels(panels, HttpRequest())

    assert [panel.html for panel in drawn] == ["b", "a", "c"]


def test_a_panel_with_nothing_to_show_leaves_no_trace() -> None:
    panels = panels_of(Panel("tests.a", "A", 1, lambda _request: None), Panel("tests.b", "B", 2, lambda _request: "b"))

    drawn = draw_panels(panels, HttpRequest())

    assert [panel.key for panel in drawn] == ["tests.b"]


def test_a_panel_that_raises_is_logged_and_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    panels = panels_of(Panel("tests.a", "A", 1, raise_it), Panel("tests.b", "B", 2, lambda _request: "b"))

    with caplog.at_level(logging.ERROR):
        drawn = draw_panels(panels, HttpRequest())

    assert [(panel.key, panel.html) for panel in drawn] == [("tests.a", None), ("tests.b", "b")]
    assert [record.getMessage() for record in caplog.records] == ["ui.panel-failed key=tests.a"]


def test_a_menu_shows_what_somebody_may_do_and_what_is_for_all() -> None:
    menu = [
        MenuItem("tests.a", "A", "a", 30, "alerts.send"),
        MenuItem("tests.b", "B", "b", 20, "alerts.view"),
        MenuItem("tests.c", "C", "c", 10),
    ]

    items = items_for(menu, lambda permission: permission == "alerts.view")

    assert [item.key for item in items] == ["tests.c", "tests.b"]
