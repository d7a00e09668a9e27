"""`python -m schema`: the public schema as text, what `schema/schema.graphql` holds."""

from schema import export

print(export(), end="")  # noqa: T201
