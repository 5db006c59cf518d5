package tunebook.engine;

import tunebook.engine.pjrt.Executable;

/// A loaded executable and how many [Compiled] use it.
final class SharedExecutable {
    private final Executable executable;
    private int users;

    SharedExecutable(Executable executable) {
        this.executable = executable;
    }

    Executable get() {
        return executable;
    }

    /// One more user, unless the last one has gone already.
    synchronized boolean acquire() {
        if (executable.isClosed()) return false;
        users++;
        return true;
    }

    synchronized void release() {
        if (--users == 0) executable.close();
    }
}
