"""What all types of the schema share. The vocabularies come first: a type may name any of them."""

from schema.grammar import vocabulary

__all__ = ["vocabulary"]
