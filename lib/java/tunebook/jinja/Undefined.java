package tunebook.jinja;

/// What a name or member that does not exist gives: empty text, false, and an error where it is used as a value.
record Undefined(String what) {
    JinjaFailure failure() {
        return JinjaFailure.of(what);
    }
}
