"""A page on localhost that shows runs while they are trained."""
