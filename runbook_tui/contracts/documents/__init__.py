"""JSON and YAML files of contracts: values, places, references. Shared by OpenAPI, AsyncAPI and JSON Schema."""
