"""The residents' pages: sign-up, confirmation, management, leaving."""
