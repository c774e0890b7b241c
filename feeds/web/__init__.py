"""Public pages and feeds over HTTP."""
