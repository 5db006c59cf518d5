package tunebook.notebook;

import java.io.OutputStream;
import java.io.PrintStream;
import java.security.GeneralSecurityException;
import java.util.UUID;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.channels.ShellChannel;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.messages.Header;
import org.dflib.jjava.jupyter.messages.KernelTimestamp;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.MessageContext;
import org.dflib.jjava.jupyter.messages.publish.PublishStatus;

/// The kernel's sockets; what cells print and throw goes out through [CellReplies].
final class KernelConnection extends JupyterConnection {
    private final String session = UUID.randomUUID().toString(); // JupyterLab drops messages without one

    KernelConnection(KernelConnectionProperties properties) throws GeneralSecurityException {
        super(properties);
    }

    /// Says that nothing runs, to whoever listens by now: after a restart a front end knows no status until it hears one.
    void tellIdle() {
        var header = new Header<>(UUID.randomUUID().toString(), Header.KERNEL_USERNAME, session, KernelTimestamp.now(), PublishStatus.MESSAGE_TYPE,
            Header.PROTOCOL_VERISON);
        getIOPub().sendMessage(new Message<>(header, PublishStatus.IDLE));
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
