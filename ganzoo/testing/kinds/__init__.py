"""The rules. every.py and playing.py have the rules for several kinds; each other file has the
rules for one kind."""
