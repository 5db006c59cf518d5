package tunebook.notebook;

import java.util.Locale;

/// Numbers as a person reads them, in English whatever the machine's language.
final class Figures {
    private Figures() {}

    /// `1,234,567`.
    static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /// Four significant digits: `1.234`, `0.01235`, `2.000e-04`, `12,346`.
    static String significant(double x) {
        if (Double.isNaN(x) || Double.isInfinite(x)) return String.valueOf(x);
        if (x == 0) return "0";
        double size = Math.abs(x);
        if (size < 1e-3 || size >= 1e9) return String.format(Locale.ROOT, "%.2e", x);
        if (size >= 1000) return String.format(Locale.ROOT, "%,.0f", x);
        int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
        return String.format(Locale.ROOT, "%." + decimals + "f", x);
    }

    /// `8 s`, `1 min 05 s`, `2 h 03 min`.
    static String duration(double seconds) {
        if (Double.isNaN(seconds)) return "?";
        long s = Math.round(seconds);
        if (s < 10 && seconds > 0) return String.format(Locale.ROOT, "%.1f s", seconds);
        if (s < 60) return s + " s";
        if (s < 3600) return String.format("%d min %02d s", s / 60, s % 60);
        return String.format("%d h %02d min", s / 3600, s / 60 % 60);
    }

    /// `512 B`, `3.4 MB`, `1.20 GB`; a megabyte is 2^20 bytes.
    static String bytes(long bytes) {
        if (bytes < 1 << 10) return bytes + " B";
        if (bytes < 1 << 20) return String.format(Locale.ROOT, "%.1f kB", bytes / 1024.0);
        if (bytes < 1 << 30) return String.format(Locale.ROOT, "%.1f MB", bytes / (double) (1 << 20));
        return String.format(Locale.ROOT, "%.2f GB", bytes / (double) (1 << 30));
    }

    /// `12.3 %`.
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
