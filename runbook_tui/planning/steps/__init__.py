"""The steps of a release, derived from what has to be done; their order is not decided here."""
