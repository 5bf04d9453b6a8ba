### Two tags side by side.
