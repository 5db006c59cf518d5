package tunebook.io.hub;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
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

    /// Tells `client` of the proxies and of the passwords that stand in their addresses.
    void applyTo(HttpClient.Builder client) {
        if (http.isEmpty() && https.isEmpty()) return;
        client.proxy(new Selector()).authenticator(new Passwords());
    }

    private boolean isDirect(URI target) {
        String host = target.getHost().toLowerCase(java.util.Locale.ROOT);
        return direct.stream().map(d -> d.toLowerCase(java.util.Locale.ROOT).replaceFirst("^\\*?\\.", ""))
            .anyMatch(d -> d.equals("*") || host.equals(d) || host.endsWith("." + d) || (host + ":" + target.getPort()).equals(d));
    }

    private static int port(URI proxy) {
        return proxy.getPort() < 0 ? 80 : proxy.getPort();
    }

    private final class Selector extends ProxySelector {
        @Override
        public List<Proxy> select(URI target) {
            Optional<URI> proxy = "https".equals(target.getScheme()) ? https : http;
            if (isDirect(target)) return List.of(Proxy.NO_PROXY);
            return List.of(proxy.map(p -> new Proxy(Proxy.Type.HTTP, new InetSocketAddress(p.getHost(), port(p)))).orElse(Proxy.NO_PROXY));
        }

        @Override
        public void connectFailed(URI target, SocketAddress proxy, IOException e) {
            // the request itself fails, and says so
        }
    }

    private final class Passwords extends Authenticator {
        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
            if (getRequestorType() != RequestorType.PROXY) return null; // as the JDK wants it
            for (URI proxy : List.of(https.or(() -> http).get(), http.or(() -> https).get()))
                if (proxy.getRawUserInfo() != null && proxy.getHost().equalsIgnoreCase(getRequestingHost()) && port(proxy) == getRequestingPort()) {
                    String[] parts = proxy.getRawUserInfo().split(":", 2);
                    return new PasswordAuthentication(decode(parts[0]), decode(parts.length > 1 ? parts[1] : "").toCharArray());
                }
            return null;
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
