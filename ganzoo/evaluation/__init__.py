"""How good the fakes are: what they are judged by, and what is measured."""
