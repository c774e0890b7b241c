"""What hands a message to a mail server: the promise that deliveries rely on, and its SMTP form."""
