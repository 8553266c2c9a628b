"""The taste views: what may be shown of a listener, what was asked for, and the pages and JSON that answer."""
