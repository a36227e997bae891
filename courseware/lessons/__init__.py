"""The course: lessons and their revisions, reading, progress, glossary."""
