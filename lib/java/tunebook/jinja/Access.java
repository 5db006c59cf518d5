package tunebook.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Members, items and slices. `a.b` looks for a method or member first and for an item then, `a['b']` the other way round.
final class Access {
    private Access() {}

    static Object attribute(Object of, String name) {
        Object member = member(of, name);
        if (!(member instanceof Undefined)) return member;
        return of instanceof Map<?, ?> map && map.get(name) != null ? map.get(name) : member;
    }

    static Object item(Object of, Object key) {
        switch (of) {
            case Undefined u -> throw u.failure();
            case Map<?, ?> map when map.get(key) != null -> {
                return map.get(key);
            }
            case List<?> list when key instanceof Long n -> {
                long i = n < 0 ? n + list.size() : n;
                return i >= 0 && i < list.size() ? list.get((int) i) : new Undefined("a list has no item " + n);
            }
            case String s when key instanceof Long -> {
                return item(Values.items(s), key);
            }
            default -> { }
        }
        return key instanceof String name ? member(of, name) : new Undefined(Values.type(of) + " has no item " + Values.quoted(key));
    }

    /// A method or other member that is no item of a mapping.
    static Object member(Object of, String name) {
        if (of instanceof Undefined u) throw u.failure();
        return find(of, name).orElseGet(() -> new Undefined("'" + name + "' is not a member of " + Values.type(of)));
    }

    private static Optional<Object> find(Object of, String name) {
        return switch (of) {
            case Namespace n -> Optional.ofNullable(n.members().get(name));
            case Loop loop -> loop.member(name);
            case String s -> TextMethods.find(s, name).map(m -> m);
            case Map<?, ?> map -> method(map, name).map(m -> m);
            case List<?> list -> method(list, name).map(m -> m);
            case Macro macro when name.equals("name") -> Optional.of(macro.name());
            default -> Optional.empty();
        };
    }

    private static Optional<Callable> method(Map<?, ?> map, String name) {
        return Optional.ofNullable(switch (name) {
            case "items" -> (args, named) -> entries(map);
            case "keys" -> (args, named) -> List.copyOf(map.keySet());
            case "values" -> (args, named) -> List.copyOf(map.values());
            case "copy" -> (args, named) -> map;
            case "get" -> (args, named) -> {
                Object value = map.get(args.getFirst());
                return value != null ? value : args.size() > 1 ? args.get(1) : None.NONE;
            };
            case "update", "pop", "clear", "setdefault", "popitem" -> changing(name);
            default -> null;
        });
    }

    private static Optional<Callable> method(List<?> list, String name) {
        return Optional.ofNullable(switch (name) {
            case "index" -> (args, named) -> {
                for (int i = 0; i < list.size(); i++) if (Values.equal(list.get(i), args.getFirst())) return (long) i;
                throw JinjaFailure.of(Values.quoted(args.getFirst()) + " is not in the list");
            };
            case "count" -> (args, named) -> list.stream().filter(item -> Values.equal(item, args.getFirst())).count();
            case "append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse" -> changing(name);
            default -> null;
        });
    }

    private static Callable changing(String name) {
        return (args, named) -> {
            throw JinjaFailure.of(name + "() would change a value, which templates may not");
        };
    }

    static List<Object> entries(Map<?, ?> map) {
        List<Object> entries = new ArrayList<>();
        map.forEach((k, v) -> entries.add(Tuple.of(k, v)));
        return List.copyOf(entries);
    }

    static Object slice(Object of, Optional<Long> from, Optional<Long> to, Optional<Long> step) {
        if (!(of instanceof List) && !(of instanceof String)) throw JinjaFailure.of(Values.type(of) + " cannot be sliced");
        List<Object> items = Values.items(of), taken = new ArrayList<>();
        long by = step.orElse(1L), size = items.size();
        if (by == 0) throw JinjaFailure.of("a slice with step 0");
        long first = from.map(n -> bound(n, size, by)).orElse(by > 0 ? 0 : size - 1);
        long last = to.map(n -> bound(n, size, by)).orElse(by > 0 ? size : -1);
        for (long i = first; by > 0 ? i < last : i > last; i += by) taken.add(items.get((int) i));
        return switch (of) {
            case String s -> String.join("", taken.stream().map(Values::text).toList());
            case Tuple t -> new Tuple(taken);
            default -> List.copyOf(taken);
        };
    }

    private static long bound(long n, long size, long by) {
        long at = n < 0 ? n + size : n;
        return by > 0 ? Math.clamp(at, 0, size) : Math.clamp(at, -1, size - 1);
    }
}
