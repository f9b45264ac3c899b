"""``ganzoo new``: a complete plugin distribution, written from templates."""
