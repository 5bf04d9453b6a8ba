### What is shown instead of a page.
