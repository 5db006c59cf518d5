package tunebook.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tunebook.tokenizer.Tokenizer;

/// JSON in the value types of this package: String, Long, Double, Boolean, List and Map (in the order of the text).
final class Json {
    static final ObjectMapper MAPPER = JsonMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private Json() {}

    static JsonNode parse(String text) throws BadRow {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new BadRow("not JSON: " + e.getOriginalMessage().lines().findFirst().orElse("").replaceFirst(" \\(start marker at .*", "")
                + (e.getLocation() == null ? "" : " (column " + e.getLocation().getColumnNr() + ")"));
        }
    }

    /// An object's members. Members that are null are left out: exporters write null for "absent".
    static Map<String, Object> map(JsonNode object, String what) throws BadRow {
        if (!object.isObject()) throw new BadRow(what + " is not an object");
        var values = new LinkedHashMap<String, Object>();
        for (var e : object.properties())
            if (!e.getValue().isNull()) values.put(e.getKey(), value(e.getValue(), what + "." + e.getKey()));
        return values;
    }

    private static Object value(JsonNode node, String what) throws BadRow {
        if (node.isObject()) return map(node, what);
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            for (JsonNode n : node) list.add(value(n, what));
            return List.copyOf(list);
        }
        if (node.isTextual()) return text(node, what);
        if (node.isBoolean()) return node.booleanValue();
        if (node.isIntegralNumber() && node.canConvertToLong()) return node.longValue();
        if (node.isFloatingPointNumber() && Double.isFinite(node.doubleValue())) return node.doubleValue();
        throw new BadRow(what + " holds " + node + ", which is no text, number of 64 bits, boolean, list or object");
    }

    /// A string that can be encoded: no half surrogate pairs, which JSON's backslash-u can write.
    static String text(JsonNode node, String what) throws BadRow {
        if (!node.isTextual()) throw new BadRow(what + " is not text");
        String text = node.textValue();
        if (Tokenizer.loneSurrogate(text).isPresent()) throw new BadRow(what + " holds half a surrogate pair");
        return text;
    }
}
