"""The kinds of fields that the house brings along; each file is about one sort of answer."""
