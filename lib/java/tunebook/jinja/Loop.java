package tunebook.jinja;

import java.util.List;
import java.util.Optional;

/// `loop` inside a loop: where it stands among its items.
final class Loop {
    private final List<Object> items;
    private int index;
    private Object changed = None.NONE;

    Loop(List<Object> items) {
        this.items = items;
    }

    void at(int index) {
        this.index = index;
    }

    Optional<Object> member(String name) {
        int size = items.size();
        return Optional.ofNullable(switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) size - index;
            case "revindex0" -> (long) size - index - 1;
            case "first" -> index == 0;
            case "last" -> index == size - 1;
            case "length" -> (long) size;
            case "depth" -> 1L; // only recursive loops are deeper
            case "depth0" -> 0L;
            case "previtem" -> index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
            case "nextitem" -> index + 1 < size ? items.get(index + 1) : new Undefined("there is no next item");
            case "cycle" -> (Callable) (args, named) -> args.get(index % args.size());
            case "changed" -> (Callable) (args, named) -> {
                Object now = new Tuple(args);
                boolean differs = !Values.equal(changed, now);
                changed = now;
                return differs;
            };
            default -> null;
        });
    }
}
