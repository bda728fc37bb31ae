"""A manifest that the tests of several commands share."""

SERVICES = """
version: 1
system: shop
services:
  orders:
    owner: ann
    repository: shop
    path: orders
    deployed: v1
    release: v2
    datastores: [{name: orders-db, access: owner, engine: postgres@16}]
    migrations: {path: db, datastore: orders-db}
"""
