"""Pages: a blueprint a subject; each parses, calls services and renders."""
