package tunebook.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// Changes that break a file: blind ones of its bytes, and ones that know its format.
record Damage(RandomGenerator random) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long[] NUMBERS = {0, 1, -1, 2, 255, 256, 65535, 1 << 20, 1 << 24, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 32, (1L << 32) + 1, 1L << 40,
        Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE / 8};
    private static final String DEEP = "[".repeat(20_000) + "]".repeat(20_000);
    /// JSON that is put in place of a value.
    private static final List<String> VALUES = List.of("null", "true", "false", "\"\"", "[]", "{}", "0", "-1", "1", "0.5", "-0.0", "1e308", "1e999999999", "-1e-999", "2147483647", "2147483648",
        "-2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1" + "0".repeat(300), "\"a\"", "\"F64\"", "\"BF16\"", "\"\\ud800\"", "\"\\u0000\"",
        "\"\\u202e\\ufeff\uac00\"", "\"..\"", "\".\"", "\"../outside.safetensors\"", "\"/etc/passwd\"", "\"..\\\\outside.safetensors\"", "\"(\"", "\"(a|aa)+$\"", "\"(([a-z_.0-9])*)*x\"",
        "\"" + "(".repeat(5000) + ")".repeat(5000) + "\"", "\"" + "a".repeat(70_000) + "\"", "[[[[[[[[1]]]]]]]]", "[1,2,3,4,5,6,7,8,9]", "[2147483647,2147483647,2147483647]", "{\"a\":{\"a\":{\"a\":0}}}", "1000000", "16777216");

    // -- bytes

    /// Up to three changes that know nothing of the format.
    byte[] bytes(byte[] good) {
        byte[] out = good;
        for (int n = random.nextInt(3); n >= 0; n--) out = once(out);
        return out;
    }

    private byte[] once(byte[] b) {
        if (b.length == 0) return new byte[] {(byte) random.nextInt(256)};
        int at = random.nextInt(b.length);
        return switch (random.nextInt(8)) {
            case 0 -> with(b, at, new byte[] {(byte) (b[at] ^ 1 << random.nextInt(8))});
            case 1 -> with(b, at, new byte[] {(byte) random.nextInt(256)});
            case 2 -> with(b, at, number(1 << random.nextInt(4), number()));
            case 3 -> Arrays.copyOf(b, random.nextInt(b.length));
            case 4 -> spliced(b, at, random.nextInt(1, 20), new byte[0]);
            case 5 -> spliced(b, at, 0, Arrays.copyOfRange(b, random.nextInt(b.length), b.length));
            case 6 -> spliced(b, b.length, 0, new byte[random.nextInt(1, 64)]);
            default -> spliced(b, at, random.nextInt(4), VALUES.get(random.nextInt(VALUES.size())).getBytes(StandardCharsets.UTF_8));
        };
    }

    private long number() {
        return NUMBERS[random.nextInt(NUMBERS.length)] + random.nextInt(-1, 2);
    }

    private static byte[] number(int width, long value) {
        return Arrays.copyOf(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array(), width);
    }

    private static byte[] with(byte[] b, int at, byte[] value) {
        byte[] out = b.clone();
        System.arraycopy(value, 0, out, at, Math.min(value.length, b.length - at));
        return out;
    }

    /// `b` with `drop` of its bytes from `at` on replaced by `scrap`.
    private static byte[] spliced(byte[] b, int at, int drop, byte[] scrap) {
        int to = Math.min(b.length, at + drop);
        ByteBuffer out = ByteBuffer.allocate(at + scrap.length + b.length - to);
        return out.put(b, 0, at).put(scrap).put(b, to, b.length - to).array();
    }

    // -- JSON

    /// One change of a JSON text that leaves it JSON, or nearly.
    byte[] json(byte[] good) {
        String text = new String(good, StandardCharsets.UTF_8);
        if (random.nextInt(8) == 0) return twice(text).getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(40) == 0) return DEEP.getBytes(StandardCharsets.UTF_8);
        try {
            JsonNode root = JSON.readTree(text);
            List<JsonNode> containers = new ArrayList<>();
            collect(root, containers);
            if (containers.isEmpty()) return bytes(good);
            String mark = "\u0001MARK\u0001";
            change(containers.get(random.nextInt(containers.size())), mark);
            String value = random.nextInt(60) == 0 ? DEEP : VALUES.get(random.nextInt(VALUES.size()));
            return JSON.writeValueAsString(root).replace(JSON.writeValueAsString(mark), value).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            return bytes(good);
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) containers.add(node);
        node.forEach(n -> collect(n, containers));
    }

    /// Another value, key or order in `container`; `mark` stands for a value from [#VALUES].
    private void change(JsonNode container, String mark) {
        if (container instanceof ArrayNode array) {
            int at = array.isEmpty() ? 0 : random.nextInt(array.size());
            if (array.isEmpty() || random.nextInt(4) == 0) array.insert(at, mark);
            else if (random.nextInt(4) == 0) array.remove(at);
            else if (random.nextInt(4) == 0) array.add(array.get(at).deepCopy());
            else array.set(at, array.textNode(mark));
            return;
        }
        ObjectNode object = (ObjectNode) container;
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        if (names.isEmpty()) object.put("a", mark);
        else {
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(6)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(name + "x", object.remove(name));
                case 2 -> object.set(name, object.get(names.get(random.nextInt(names.size()))).deepCopy());
                default -> object.put(name, mark);
            }
        }
    }

    /// One of the keys stands there twice.
    private String twice(String text) {
        int open = text.indexOf('{', random.nextInt(text.length() + 1));
        int quote = open < 0 ? -1 : text.indexOf('"', open), colon = quote < 0 ? -1 : text.indexOf("\":", quote);
        return colon < 0 ? text + text : text.substring(0, open + 1) + text.substring(quote, colon + 2) + VALUES.get(random.nextInt(VALUES.size())) + "," + text.substring(open + 1);
    }

    /// One line of JSON Lines changed, taken out or doubled.
    byte[] lines(byte[] good) {
        List<String> lines = new ArrayList<>(new String(good, StandardCharsets.UTF_8).lines().toList());
        if (lines.isEmpty()) return bytes(good);
        int at = random.nextInt(lines.size());
        if (random.nextInt(8) == 0) lines.remove(at);
        else if (random.nextInt(8) == 0) lines.add(lines.get(at));
        else lines.set(at, new String(json(lines.get(at).getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8));
        return (String.join(random.nextInt(8) == 0 ? "\r" : "\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    // -- binary formats

    /// The header of a safetensors file changed as JSON, with a length that is right, or nearly.
    byte[] safetensors(byte[] good) {
        int length = good.length < 8 ? -1 : (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > good.length - 8) return bytes(good);     // damaged already
        byte[] header = json(Arrays.copyOfRange(good, 8, 8 + length));
        long said = random.nextInt(6) == 0 ? random.nextBoolean() ? number() : header.length + random.nextInt(-9, 10) : header.length;
        byte[] out = spliced(spliced(good, 8, length, header), 0, 8, number(8, said));
        return random.nextInt(6) == 0 ? bytes(out) : out;
    }

    /// One to three of a GGUF file's counts, lengths, types, sizes and offsets changed.
    byte[] gguf(byte[] good) {
        List<GgufFields.Field> fields = GgufFields.of(good);
        byte[] out = good;
        for (int n = random.nextInt(3); n >= 0; n--) {
            GgufFields.Field field = fields.get(random.nextInt(fields.size()));
            long value = random.nextInt(3) == 0 ? number() : field.value() + random.nextInt(-2, 3) * (random.nextBoolean() ? 1 : 32);
            out = with(out, field.at(), number(field.width(), random.nextInt(8) == 0 ? random.nextInt(40) : value));
        }
        return random.nextInt(8) == 0 ? bytes(out) : out;
    }
}
