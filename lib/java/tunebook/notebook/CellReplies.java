package tunebook.notebook;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
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
///
/// One thread of its own sends all output: on the cell's thread an interrupt would end in the middle of ZeroMQ, and what
/// the cell shows while it stops would be an error instead.
final class CellReplies extends ShellReplyEnvironment {
    private static final int GATHER_MS = 50;
    private static final int GATHER_CHARACTERS = 64 * 1024;
    private static final ScheduledExecutorService SENDER = Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().daemon().name("output").factory());

    private static final int MOST_WAITING = 10_000;
    private static final AtomicInteger WAITING = new AtomicInteger();

    private final StringBuilder gathered = new StringBuilder();
    private StreamType stream = StreamType.OUT;
    private ScheduledFuture<?> sending;
    private int executionCount;
    private boolean failed;
    private boolean deferring;
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
        awaitRoom();
        gather(StreamType.OUT, text);
    }

    @Override
    public void writeToStdErr(String text) {
        awaitRoom();
        gather(StreamType.ERR, text);
    }

    private synchronized void gather(StreamType to, String text) {
        if (to != stream) flush();
        stream = to;
        gathered.append(text);
        if (gathered.length() > GATHER_CHARACTERS) flush();
        else if (sending == null) sending = SENDER.schedule(this::flush, GATHER_MS, TimeUnit.MILLISECONDS);
    }

    private synchronized void flush() {
        if (sending != null) sending.cancel(false);
        sending = null;
        if (gathered.isEmpty()) return;
        String text = gathered.toString();
        gathered.setLength(0);
        send(getIopub(), new Message<>(getContext(), PublishStream.MESSAGE_TYPE, new PublishStream(stream, text)));
    }

    /// Hands a message to the sending thread.
    static void send(JupyterSocket socket, Message<?> message) {
        WAITING.incrementAndGet();
        SENDER.execute(() -> {
            WAITING.decrementAndGet();
            socket.sendMessage(message);
        });
    }

    /// Holds back a cell that shows more than can be sent. Called without a lock, and never by the sending thread.
    private static void awaitRoom() {
        while (WAITING.get() > MOST_WAITING) LockSupport.parkNanos(1_000_000);
    }

    /// Waits until all that was handed over is sent, but not for long.
    static void awaitSent() {
        try {
            SENDER.submit(() -> { }).get(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            return; // the client is gone: nobody waits for it
        }
    }

    @Override
    public ShellReplyEnvironment defer() {
        deferring = true;
        return this;
    }

    @Override
    public void publish(Message<?> message) {
        awaitRoom();
        flush();
        now(() -> send(getIopub(), message));
    }

    @Override
    public void reply(Message<?> message) {
        flush();
        now(() -> getShell().sendMessage(message));
    }

    private void now(Runnable sending) {
        if (!deferring) sending.run();
        else defer(sending);
        deferring = false;
    }

    @Override
    public String readFromStdIn(String prompt, boolean isPassword) {
        flush();
        return super.readFromStdIn(prompt, isPassword);
    }

    @Override
    public void resolveDeferrals() {
        flush();
        super.resolveDeferrals();
    }
}
