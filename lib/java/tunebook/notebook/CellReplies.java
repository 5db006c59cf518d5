package tunebook.notebook;

import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.channels.JupyterSocket;
import org.dflib.jjava.jupyter.channels.ShellChannel;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.channels.StdinChannel;
import org.dflib.jjava.jupyter.messages.ContentType;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.MessageContext;
import org.dflib.jjava.jupyter.messages.MessageType;
import org.dflib.jjava.jupyter.messages.publish.PublishError;
import org.dflib.jjava.jupyter.messages.publish.PublishExecuteInput;
import org.dflib.jjava.jupyter.messages.publish.PublishStream;
import org.dflib.jjava.jupyter.messages.publish.PublishStream.StreamType;
import org.dflib.jjava.jupyter.messages.reply.ErrorReply;

/// What goes out while one request is handled. Printed text is gathered for [#GATHER_MS], since a server drops output
/// above a thousand messages a second, and each `println` would be one; everything else first sends what is gathered.
final class CellReplies extends ShellReplyEnvironment {
    private static final int GATHER_MS = 50;
    private static final int GATHER_CHARACTERS = 64 * 1024;
    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().daemon().name("printed text").factory());

    private final StringBuilder gathered = new StringBuilder();
    private StreamType stream = StreamType.OUT;
    private ScheduledFuture<?> sending;
    private int executionCount;
    private boolean failed;
    private Optional<ErrorText> error = Optional.empty();

    CellReplies(ShellChannel channel, StdinChannel stdin, JupyterSocket iopub, MessageContext request) {
        super(channel, stdin, iopub, request);
    }

    /// Says how the error of this request reads; without it JJava names its own exception.
    void explain(ErrorText text) {
        error = Optional.of(text);
    }

    /// Whether the answer was an error.
    boolean failed() {
        return failed;
    }

    @Override
    @SuppressWarnings("unchecked") // a PublishError is a ContentType of itself
    public <T extends ContentType<T>> void publish(T content) {
        if (content instanceof PublishExecuteInput input) executionCount = input.getCount();
        if (content instanceof PublishError && error.isPresent())
            super.publish((T) new PublishError(error.get().name(), error.get().message(), error.get().lines()));
        else super.publish(content);
    }

    @Override
    public void replyError(MessageType<?> type, ErrorReply reply) {
        failed = true;
        super.replyError(type, error.map(text -> text.reply(executionCount)).orElse(reply));
    }

    @Override
    public void writeToStdOut(String text) {
        gather(StreamType.OUT, text);
    }

    @Override
    public void writeToStdErr(String text) {
        gather(StreamType.ERR, text);
    }

    private synchronized void gather(StreamType to, String text) {
        if (to != stream) send();
        stream = to;
        gathered.append(text);
        if (gathered.length() > GATHER_CHARACTERS) send();
        else if (sending == null) sending = CLOCK.schedule(this::send, GATHER_MS, TimeUnit.MILLISECONDS);
    }

    private synchronized void send() {
        if (sending != null) sending.cancel(false);
        sending = null;
        if (gathered.isEmpty()) return;
        String text = gathered.toString();
        gathered.setLength(0);
        getIopub().sendMessage(new Message<>(getContext(), PublishStream.MESSAGE_TYPE, new PublishStream(stream, text)));
    }

    @Override
    public void publish(Message<?> message) {
        send();
        super.publish(message);
    }

    @Override
    public void reply(Message<?> message) {
        send();
        super.reply(message);
    }

    @Override
    public String readFromStdIn(String prompt, boolean isPassword) {
        send();
        return super.readFromStdIn(prompt, isPassword);
    }

    @Override
    public void resolveDeferrals() {
        send();
        super.resolveDeferrals();
    }
}
