package tunebook.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Python's `json.dumps`, as transformers' `tojson` filter calls it.
final class JsonText {
    private final boolean ascii;
    private final String indent;
    private final boolean lines;
    private final String comma;
    private final String colon;
    private final boolean sorted;

    private JsonText(Given given) {
        ascii = given.flag(0, "ensure_ascii");
        Object width = given.get(1, "indent", None.NONE);
        lines = width != None.NONE;
        indent = width instanceof String s ? s : lines ? " ".repeat((int) Values.whole(width)) : "";
        List<Object> separators = given.find(2, "separators").filter(s -> s != None.NONE).map(Values::items).orElse(List.of(lines ? "," : ", ", ": "));
        comma = Values.text(separators.get(0));
        colon = Values.text(separators.get(1));
        sorted = given.flag(3, "sort_keys");
    }

    static String of(Object value, Given given) {
        var out = new StringBuilder();
        new JsonText(given).write(value, "", out);
        return out.toString();
    }

    private void write(Object value, String margin, StringBuilder out) {
        switch (value) {
            case String s -> quote(s, out);
            case Boolean b -> out.append(b);
            case Long n -> out.append(n);
            case Double d -> out.append(d.isNaN() ? "NaN" : d.isInfinite() ? d > 0 ? "Infinity" : "-Infinity" : PythonText.of(d));
            case None n -> out.append("null");
            case Map<?, ?> map -> members(entries(map), '{', '}', margin, out);
            case List<?> list -> members(new ArrayList<>(list), '[', ']', margin, out);
            default -> throw JinjaFailure.of(Values.type(value) + " cannot be written as JSON");
        }
    }

    private record Entry(String key, Object value) {}

    private List<Object> entries(Map<?, ?> map) {
        List<Object> entries = new ArrayList<>();
        map.forEach((k, v) -> entries.add(new Entry(k instanceof String s ? s : of(k, Given.NOTHING), v)));
        if (sorted) entries.sort(Comparator.comparing(e -> ((Entry) e).key()));
        return entries;
    }

    private void members(List<Object> members, char open, char close, String margin, StringBuilder out) {
        out.append(open);
        String inner = margin + indent;
        for (int i = 0; i < members.size(); i++) {
            if (i > 0) out.append(comma);
            if (lines) out.append('\n').append(inner);
            if (members.get(i) instanceof Entry e) {
                quote(e.key(), out);
                out.append(colon);
                write(e.value(), inner, out);
            } else write(members.get(i), inner, out);
        }
        if (lines && !members.isEmpty()) out.append('\n').append(margin);
        out.append(close);
    }

    private void quote(String s, StringBuilder out) {
        out.append('"');
        for (char c : s.toCharArray()) {
            int known = "\"\\\n\r\t\f\b".indexOf(c);
            if (known >= 0) out.append('\\').append("\"\\nrtfb".charAt(known));
            else if (c < 0x20 || ascii && c > 0x7E) out.append("\\u%04x".formatted((int) c));
            else out.append(c);
        }
        out.append('"');
    }
}
