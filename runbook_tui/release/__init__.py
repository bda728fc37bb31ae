"""One release: what moves from which commit to which, with its commits, migrations and contracts."""
