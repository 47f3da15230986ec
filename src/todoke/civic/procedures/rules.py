"""The rights of this room."""

BUILD = "procedures.build"
TAKE = "procedures.take"
COUNT = "procedures.count"
