package tunebook.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The arguments a filter, test or function was given, by place or by name.
record Given(List<Object> positional, Map<String, Object> named) {
    static final Given NOTHING = new Given(List.of(), Map.of());

    Optional<Object> find(int index, String name) {
        if (index < positional.size()) return Optional.of(positional.get(index));
        return Optional.ofNullable(named.get(name));
    }

    Object get(int index, String name) {
        return find(index, name).orElseThrow(() -> JinjaFailure.of("the argument \"" + name + "\" is missing"));
    }

    Object get(int index, String name, Object otherwise) {
        return find(index, name).orElse(otherwise);
    }

    boolean flag(int index, String name) {
        return Values.truth(get(index, name, false));
    }

    String text(int index, String name, String otherwise) {
        return Values.text(get(index, name, otherwise));
    }

    /// Those after the first `count` by place.
    Given after(int count) {
        return new Given(positional.subList(Math.min(count, positional.size()), positional.size()), named);
    }
}
