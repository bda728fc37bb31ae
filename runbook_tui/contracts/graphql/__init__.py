"""GraphQL: schemas in SDL or as an introspection result, and what differs between two of them."""
