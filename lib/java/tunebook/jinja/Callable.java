package tunebook.jinja;

import java.util.List;
import java.util.Map;

/// What a template can call: a function, a method of a value, a macro.
@FunctionalInterface
interface Callable {
    Object call(List<Object> positional, Map<String, Object> named);
}
