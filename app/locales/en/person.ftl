### A person's page.
