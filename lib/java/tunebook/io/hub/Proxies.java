package tunebook.io.hub;

import java.io.IOException;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tunebook.tensor.TunebookException;

/// The proxies that the environment names: `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY` (upper or lower case), and the hosts in `NO_PROXY` that need none.
/// Where it names none, Java's own settings hold.
///
/// @param direct hosts reached without: `host` with all below it, `host:port`, or `*`
public record Proxies(Optional<URI> http, Optional<URI> https, List<String> direct) {
    static final Proxies NONE = new Proxies(Optional.empty(), Optional.empty(), List.of());

    static Proxies read(Map<String, String> environment) {
        Optional<URI> all = proxy(environment, "ALL_PROXY");
        return new Proxies(proxy(environment, "HTTP_PROXY").or(() -> all), proxy(environment, "HTTPS_PROXY").or(() -> all),
            Arrays.stream(value(environment, "NO_PROXY").orElse("").split("[,\\s]+")).filter(s -> !s.isEmpty()).toList());
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return List.of(name.toLowerCase(java.util.Locale.ROOT), name).stream().map(n -> environment.getOrDefault(n, "").strip()).filter(v -> !v.isEmpty()).findFirst();
    }

    private static Optional<URI> proxy(Map<String, String> environment, String name) {
        return value(environment, name).map(text -> {
            try {
                URI uri = new URI(text.contains("://") ? text : "http://" + text);
                if (uri.getHost() != null && "http".equals(uri.getScheme())) return uri;
            } catch (java.net.URISyntaxException e) {
                // said below; its message would show the password
            }
            throw TunebookException.of("Hub", name + " is not the address of an HTTP proxy", text.contains("@") ? text.substring(text.lastIndexOf('@') + 1) : text,
                "write it as http://host:port; other kinds of proxies are not supported");
        });
    }

    /// A connection to `target`, not made yet, by the proxy that is meant for it and with the password that stands in its address.
    HttpURLConnection open(URI target) throws IOException {
        if (http.isEmpty() && https.isEmpty()) return (HttpURLConnection) target.toURL().openConnection();
        Optional<URI> proxy = (target.getScheme().equals("https") ? https : http).filter(p -> !isDirect(target));
        Proxy way = proxy.map(p -> new Proxy(Proxy.Type.HTTP, new InetSocketAddress(p.getHost(), port(p)))).orElse(Proxy.NO_PROXY);
        var connection = (HttpURLConnection) target.toURL().openConnection(way);
        proxy.map(URI::getRawUserInfo).ifPresent(user -> connection.setAuthenticator(new Password(user)));
        return connection;
    }

    private boolean isDirect(URI target) {
        String host = target.getHost().toLowerCase(java.util.Locale.ROOT);
        return direct.stream().map(d -> d.toLowerCase(java.util.Locale.ROOT).replaceFirst("^\\*?\\.", ""))
            .anyMatch(d -> d.equals("*") || host.equals(d) || host.endsWith("." + d) || (host + ":" + target.getPort()).equals(d));
    }

    private static int port(URI proxy) {
        return proxy.getPort() < 0 ? 80 : proxy.getPort();
    }

    /// The user and password of a proxy's address, for that proxy.
    private static final class Password extends Authenticator {
        private final String[] userAndPassword;

        Password(String userInfo) {
            userAndPassword = userInfo.split(":", 2);
        }

        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
            if (getRequestorType() != RequestorType.PROXY) return null; // as the JDK wants it
            return new PasswordAuthentication(decode(userAndPassword[0]), decode(userAndPassword.length > 1 ? userAndPassword[1] : "").toCharArray());
        }

        private static String decode(String text) {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        }
    }

    /// Without the passwords that stand in the addresses.
    @Override
    public String toString() {
        return "http " + host(http) + ", https " + host(https) + ", direct " + direct;
    }

    private static String host(Optional<URI> proxy) {
        return proxy.map(p -> p.getHost() + ":" + port(p)).orElse("-");
    }
}
