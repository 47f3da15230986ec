from todoke.base.ui.sheets import SITE_SHEET, joined_sheets


def test_the_sheet_of_the_site_is_made_of_its_parts() -> None:
    assert SITE_SHEET.read_text(encoding="utf-8") == joined_sheets(), "run `todoke sheets` and commit the sheet"
