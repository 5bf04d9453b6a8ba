### What this server is: about, status, terms, installing the credential helper.
