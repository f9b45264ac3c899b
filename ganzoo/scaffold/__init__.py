"""``ganzoo new``: a plugin distribution written from templates, complete from the first minute."""
