"""Real samples: where they are found, how they are read, how they are drawn."""
