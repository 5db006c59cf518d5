package tunebook.notebook;

import java.io.OutputStream;
import java.io.PrintStream;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.channels.ShellChannel;
import org.dflib.jjava.jupyter.channels.ShellHandler;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.messages.Header;
import org.dflib.jjava.jupyter.messages.KernelTimestamp;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.MessageContext;
import org.dflib.jjava.jupyter.messages.MessageType;
import org.dflib.jjava.jupyter.messages.publish.PublishStatus;
import org.dflib.jjava.shaded.org.zeromq.ZMQ;

/// The kernel's sockets; what cells print and throw goes out through [CellReplies].
final class KernelConnection extends JupyterConnection {
    /// ZeroMQ drops output beyond this, the word that a cell has ended among it; its own limit of a thousand is soon met.
    private static final int MESSAGES_KEPT = 100_000;

    private final String session = UUID.randomUUID().toString(); // JupyterLab drops messages without one

    private volatile boolean ended;

    KernelConnection(KernelConnectionProperties properties) throws GeneralSecurityException {
        super(properties);
        iopub.setSndHWM(MESSAGES_KEPT);
    }

    /// Says that nothing runs, to whoever listens by now: after a restart a front end knows no status until it hears one.
    void tellIdle() {
        var header = new Header<>(UUID.randomUUID().toString(), Header.KERNEL_USERNAME, session, KernelTimestamp.now(), PublishStatus.MESSAGE_TYPE,
            Header.PROTOCOL_VERISON);
        CellReplies.send(getIOPub(), new Message<>(header, PublishStatus.IDLE));
    }

    /// The requests that wait by now. Whoever takes them must [#serveWithoutCells] them.
    List<Message<?>> waiting() {
        List<Message<?>> waiting = new ArrayList<>();
        while (!ended && (shell.getEvents() & ZMQ.Poller.POLLIN) != 0) waiting.add(shell.readMessage());
        return waiting;
    }

    /// Serves requests out of turn; cells among them do not run and are answered `aborted`.
    @SuppressWarnings({"unchecked", "rawtypes"}) // JJava has no such reply
    void serveWithoutCells(List<Message<?>> requests) {
        for (Message<?> request : requests) {
            ShellReplyEnvironment replies = prepareReplyEnv(shell, request);
            if (request.getHeader().getType() == MessageType.EXECUTE_REQUEST) {
                replies.setBusyDeferIdle();
                replies.defer().reply(new Message(request, MessageType.EXECUTE_REPLY, Map.of("status", "aborted")));
            } else if (getHandler(request.getHeader().getType()) instanceof ShellHandler handler) handler.handle(replies, request);
            replies.resolveDeferrals();
            if (replies.isMarkedForShutdown()) close();
        }
    }

    /// Ends the sockets. ZeroMQ may stumble over its own closing and would print so where nobody can do anything about it.
    @Override
    public void close() {
        ended = true;
        CellReplies.awaitSent();
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        super.close();
    }

    @Override
    public ShellReplyEnvironment prepareReplyEnv(ShellChannel channel, MessageContext request) {
        return new CellReplies(channel, stdin, iopub, request);
    }
}
