"""Build the example release: real git repositories, databases and processes, from a description."""
