package tunebook.jinja;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/// The functions every template can call.
final class Globals {
    private static final long MOST = 100_000; // as Jinja2's sandbox

    private Globals() {}

    static Map<String, Object> at(Clock clock) {
        var globals = new LinkedHashMap<String, Object>();
        globals.put("raise_exception", function((args, named) -> {
            throw JinjaFailure.raised(Values.text(args.getFirst()));
        }));
        globals.put("strftime_now", function((args, named) -> Strftime.format(ZonedDateTime.now(clock), Values.text(args.getFirst()))));
        globals.put("range", function((args, named) -> range(args)));
        globals.put("dict", function(Globals::dict));
        globals.put("namespace", function((args, named) -> namespace(dict(args, named))));
        return globals;
    }

    private static Object function(Callable c) {
        return c;
    }

    private static List<Object> range(List<Object> args) {
        long from = args.size() > 1 ? Values.whole(args.get(0)) : 0, to = Values.whole(args.get(args.size() > 1 ? 1 : 0)), by = args.size() > 2 ? Values.whole(args.get(2)) : 1;
        if (by == 0) throw JinjaFailure.of("range with step 0");
        long count = Math.max(0, Math.ceilDiv(to - from, by));
        if (count > MOST) throw JinjaFailure.of("a range of more than " + MOST);
        return LongStream.range(0, count).mapToObj(i -> (Object) (from + i * by)).toList();
    }

    private static Map<Object, Object> dict(List<Object> args, Map<String, Object> named) {
        var map = new LinkedHashMap<Object, Object>();
        for (Object arg : args) {
            if (arg instanceof Map<?, ?> given) map.putAll(given);
            else for (Object pair : Values.items(arg)) map.put(Values.items(pair).get(0), Values.items(pair).get(1));
        }
        map.putAll(named);
        return map;
    }

    private static Namespace namespace(Map<Object, Object> members) {
        var named = new LinkedHashMap<String, Object>();
        members.forEach((k, v) -> named.put(Values.text(k), v));
        return new Namespace(named);
    }
}
