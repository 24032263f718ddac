"""The documents that are made from the code: OpenAPI of each service, AsyncAPI of the bus, JSON Schema of a rulebook."""
