package tunebook.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/// `namespace(…)`: the one kind of value whose members a template can set, from inside loops too.
record Namespace(Map<String, Object> members) {
    Namespace {
        members = new LinkedHashMap<>(members);
    }
}
