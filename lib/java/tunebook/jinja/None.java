package tunebook.jinja;

/// Python's None.
enum None { NONE }
