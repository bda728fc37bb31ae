"""One file a migration tool: what its files are called, their order, what undoes them, the commands that apply them."""
