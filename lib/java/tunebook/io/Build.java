package tunebook.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// Which Tunebook this is.
public final class Build {
    private static final Properties VALUES = read();

    private Build() {}

    /// The library's version: `0.1.0`.
    public static String version() {
        return VALUES.getProperty("version");
    }

    /// The commit it was built from, with `-dirty` after it where files had been changed; `unknown` for a build outside a checkout.
    public static String commit() {
        return VALUES.getProperty("commit");
    }

    private static Properties read() {
        try (InputStream in = Build.class.getResourceAsStream("/tunebook/build.properties")) {
            Properties values = new Properties();
            values.load(in);
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is part of the jar
        }
    }
}
