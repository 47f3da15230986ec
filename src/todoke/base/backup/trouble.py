"""What can go wrong with a backup, told to the person at the console."""


class BackupTrouble(RuntimeError):
    """A backup could not be made or restored. The text says what happened and what to do, in Japanese."""


class Damaged(BackupTrouble):
    """The file is not as it was written: cut off, altered, put together anew, or of another key."""
