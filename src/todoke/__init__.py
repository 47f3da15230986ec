"""Todoke (届け): the digital city hall of a Japanese municipality."""

__version__ = "0.1.0"
