### Signing in, and allowing more at the own server.
