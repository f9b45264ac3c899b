"""Many runs at once: sweeps over choices, and the search for good options."""
