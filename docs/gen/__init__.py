"""The parts of the site that are generated, so that they cannot differ from the code and from the
committed results."""
