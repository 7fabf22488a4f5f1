"""How pages are made: access marks, kept input, headers, downloads, error pages."""
