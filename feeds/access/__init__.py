"""Who may come in: people by password, programs by token, and how often they may try."""
