"""The pages of the zoo: one for every component that is installed, and an index for every kind."""
