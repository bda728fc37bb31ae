"""Rails migrations, by their syntax tree, to changes. No Ruby is ever run."""
