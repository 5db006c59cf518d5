package tunebook.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Python's `strftime` in English.
final class Strftime {
    private static final Pattern CODE = Pattern.compile("%(-?[a-zA-Z%])");

    private Strftime() {}

    static String format(ZonedDateTime time, String format) {
        return CODE.matcher(format).replaceAll(m -> Matcher.quoteReplacement(one(time, m.group(1))));
    }

    private static String one(ZonedDateTime time, String code) {
        String pattern = switch (code) {
            case "Y" -> "yyyy";
            case "y" -> "yy";
            case "m" -> "MM";
            case "-m" -> "M";
            case "d" -> "dd";
            case "-d" -> "d";
            case "e" -> "ppd";
            case "H" -> "HH";
            case "-H" -> "H";
            case "I" -> "hh";
            case "-I" -> "h";
            case "M" -> "mm";
            case "S" -> "ss";
            case "f" -> "SSSSSS";
            case "p" -> "a";
            case "A" -> "EEEE";
            case "a" -> "EEE";
            case "B" -> "MMMM";
            case "b", "h" -> "MMM";
            case "j" -> "DDD";
            case "F" -> "yyyy-MM-dd";
            case "T" -> "HH:mm:ss";
            case "D" -> "MM/dd/yy";
            case "%" -> "'%'";
            case "z", "Z" -> "''"; // Python's now() has no zone
            default -> throw JinjaFailure.of("strftime code %" + code + " is not supported");
        };
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
    }
}
