### Approving a device or program that asks for access.
