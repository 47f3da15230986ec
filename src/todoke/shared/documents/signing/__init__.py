"""The electronic signature of documents: the key, PAdES, time stamps."""
