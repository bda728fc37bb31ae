"""OpenAPI 3.0, 3.1 and Swagger 2.0: operations, parameters, bodies, responses, security."""
