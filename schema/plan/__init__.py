"""Read plans: a document is compiled once into one SQL statement a root field and a function that writes its answer."""
