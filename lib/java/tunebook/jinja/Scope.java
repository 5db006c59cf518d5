package tunebook.jinja;

import java.util.HashMap;
import java.util.Map;

/// Names of one block, above those of the block around it.
final class Scope {
    private final Scope around;
    private final Map<String, Object> names = new HashMap<>();

    private Scope(Scope around) {
        this.around = around;
    }

    static Scope of(Map<String, Object> names) {
        var scope = new Scope(null);
        scope.names.putAll(names);
        return scope;
    }

    Scope inner() {
        return new Scope(this);
    }

    Object get(String name) {
        for (Scope s = this; s != null; s = s.around) {
            Object value = s.names.get(name);
            if (value != null) return value;
        }
        return new Undefined("'" + name + "' is undefined");
    }

    void set(String name, Object value) {
        names.put(name, value);
    }
}
