"""The rights of this room, and the words under which other rooms know its filings and their acts."""

BUILD = "procedures.build"
TAKE = "procedures.take"
COUNT = "procedures.count"
EXPORT = "procedures.export"

SUBJECT = "procedures.filing"
# Under which the custody of its answers is kept.
RESPONSE = "paperwork.response"
BATCH = "procedures.batch"
# The effect that writes a letter.
LETTER = "procedures.issue-letter"
# Actions that every flow of a procedure names alike.
ASK, ANSWER, WITHDRAW, EXAMINE = "ask-correction", "corrected", "withdraw", "examine"
