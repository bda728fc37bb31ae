"""Mutation tests of the parts that nothing may be wrong in: `make mutants`."""
