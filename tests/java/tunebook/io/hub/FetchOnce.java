package tunebook.io.hub;

/// A process of its own that fetches a model by its environment's settings and prints where it is.
final class FetchOnce {
    private FetchOnce() {}

    public static void main(String[] arguments) {
        System.out.println(Hub.repo(arguments[0]).fetch());
    }
}
