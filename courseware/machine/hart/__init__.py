"""The hart: registers, CSRs, privilege, address translation, and the interpreter."""
