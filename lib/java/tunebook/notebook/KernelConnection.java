package tunebook.notebook;

import java.io.OutputStream;
import java.io.PrintStream;
import java.security.GeneralSecurityException;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.channels.ShellChannel;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.messages.MessageContext;

/// The kernel's sockets; what cells print and throw goes out through [CellReplies].
final class KernelConnection extends JupyterConnection {
    KernelConnection(KernelConnectionProperties properties) throws GeneralSecurityException {
        super(properties);
    }

    /// Ends the sockets. ZeroMQ may stumble over its own closing and would print so where nobody can do anything about it.
    @Override
    public void close() {
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        super.close();
    }

    @Override
    public ShellReplyEnvironment prepareReplyEnv(ShellChannel channel, MessageContext request) {
        return new CellReplies(channel, stdin, iopub, request);
    }
}
