"""Pure planning: rules add constraints, the order is computed once from all of them."""
