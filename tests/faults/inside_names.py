"""The names that an experiment and the processes in its houses share; importable without Django."""

KEYED, KEYLESS = "tests.keyed", "tests.keyless"
