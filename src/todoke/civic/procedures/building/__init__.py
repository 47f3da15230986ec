"""Changing a procedure's document without writing JSON: pure functions, a document in and a new one out.

What comes in is never changed. A question, page or part that is not there raises `NotThere`; what would leave the
document unreadable is refused with a sentence.
"""
