"""From a name to a game: overrides, variants, constructors read as schemas, and the build."""
