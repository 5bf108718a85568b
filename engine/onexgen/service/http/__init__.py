"""The service over HTTP: a client of the bus with routes. Nothing else imports it."""
