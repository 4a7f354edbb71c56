"""The catalogue of words: one TOML file a language, the same keys in each, and how figures and times are written in it.

A sentence is a :class:`city.catalogue.message.Message` until somebody reads it; :func:`city.catalogue.words.words` says
it in a language. Plans, pages, errors, the doctor and the command line take their words from here. A third language is
one more file.
"""
