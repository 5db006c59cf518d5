package tunebook.notebook;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The thread that runs cells, one piece of code at a time, and the rules of interrupting it.
///
/// An interrupt sets the thread's interrupt flag and gives the code [#GRACE_SECONDS] to end by itself: a training run
/// then returns what it has. Code that goes on regardless is abandoned: its call ends with [Abandoned], it keeps its
/// old thread to itself, and the next call gets a fresh one.
final class CellThread implements AutoCloseable {
    static final int GRACE_SECONDS = 10;
    private static final long STACK_BYTES = 16L << 20;

    private volatile Worker worker = new Worker();
    private volatile boolean interrupted;

    /// The code did not end after an interrupt; it still runs.
    static final class Abandoned extends Exception {
        private static final long serialVersionUID = 1;
    }

    /// Runs `code` on the thread and waits; a call from the thread itself runs at once.
    ///
    /// @throws Abandoned if it was interrupted and did not stop
    /// @throws Exception what the code threw
    <T> T call(Callable<T> code) throws Exception {
        Worker now = worker;
        if (Thread.currentThread() == now.thread) return code.call();
        CompletableFuture<T> ended = now.submit(code);
        try {
            return ended.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Abandoned) replace(now);
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private void replace(Worker abandoned) {
        abandoned.retired = true;
        worker = new Worker();
    }

    /// Asks the running code to stop. The second request, or the end of the grace, abandons it.
    void interrupt() {
        Worker now = worker;
        CompletableFuture<?> call = now.running;
        if (call == null) return;
        if (interrupted) {
            call.completeExceptionally(new Abandoned());
            return;
        }
        interrupted = true;
        now.thread.interrupt();
        CompletableFuture.delayedExecutor(GRACE_SECONDS, TimeUnit.SECONDS)
            .execute(() -> call.completeExceptionally(new Abandoned()));
    }

    /// Whether an interrupt came since the last call of this method.
    boolean takeInterrupted() {
        boolean was = interrupted;
        interrupted = false;
        return was;
    }

    boolean isCurrent() {
        return Thread.currentThread() == worker.thread;
    }

    ClassLoader contextClassLoader() {
        return worker.thread.getContextClassLoader();
    }

    @Override
    public void close() {
        worker.retired = true;
        worker.thread.interrupt();
    }

    private static final class Worker {
        private final LinkedBlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
        private final Thread thread = new Thread(null, this::run, "cells", STACK_BYTES);
        private volatile CompletableFuture<?> running;
        private volatile boolean retired;

        Worker() {
            thread.setDaemon(true);
            thread.start();
        }

        <T> CompletableFuture<T> submit(Callable<T> code) {
            CompletableFuture<T> ended = new CompletableFuture<>();
            running = ended;
            work.add(() -> {
                Thread.interrupted();
                try {
                    T value = code.call();
                    running = null;
                    ended.complete(value);
                } catch (Throwable e) {
                    running = null;
                    ended.completeExceptionally(e);
                }
            });
            return ended;
        }

        private void run() {
            while (!retired) {
                try {
                    work.take().run();
                } catch (InterruptedException late) {
                    // It came when the code had just ended; taking from the queue has cleared the flag.
                }
            }
        }
    }
}
