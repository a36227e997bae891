"""Instructors' room: editor, preview, publishing, and the import of the content."""
