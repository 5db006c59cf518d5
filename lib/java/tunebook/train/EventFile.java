package tunebook.train;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import tunebook.tensor.TunebookException;

/// A TensorBoard event file that grows with a training run: `tensorboard --logdir FOLDER` draws its curves.
///
/// As a listener it writes, for each step, the scalars `loss`, `learning_rate`, `gradient_norm`, `tokens_per_second` and,
/// where the step evaluated, `eval_loss`. Every call appends whole records and leaves the file closed, so nothing has to
/// be closed, an interrupted run keeps all its steps, and TensorBoard sees each step at once.
///
/// Format: TFRecord frames (tensorflow `lib/io/record_writer.h`) around `Event` messages (`util/event.proto`).
public final class EventFile implements StepListener {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Path path;
    private final InstantSource clock;

    private EventFile(Path path, InstantSource clock) {
        this.path = path;
        this.clock = clock;
    }

    /// A new event file in `folder`, which is made where it is missing. Files of earlier runs there stay; TensorBoard shows
    /// a folder's files as one run. Throws [TunebookException] where the folder cannot be written.
    public static EventFile in(Path folder) {
        Instant now = Instant.now();
        String name = "events.out.tfevents.%010d.tunebook.%d.%d".formatted(now.getEpochSecond(), ProcessHandle.current().pid(), COUNT.getAndIncrement());
        return at(folder.resolve(name), InstantSource.system());
    }

    /// A new event file at `path` whose events bear the times of `clock`. TensorBoard takes a file whose name contains `tfevents`.
    static EventFile at(Path path, InstantSource clock) {
        EventFile file = new EventFile(path, clock);
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            Files.createFile(path);
        } catch (IOException e) {
            throw file.failed(e);
        }
        file.append(new Message().fixed64(1, file.seconds()).string(3, "brain.Event:2"));
        return file;
    }

    /// Where the file is.
    public Path path() {
        return path;
    }

    /// Appends one scalar; `step` counts from 0 or 1. It is kept in single precision.
    public void scalar(String tag, long step, double value) {
        SequencedMap<String, Double> one = new LinkedHashMap<>();
        one.put(tag, value);
        scalars(step, one);
    }

    @Override
    public void onStep(StepReport report) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        values.put("loss", report.loss());
        values.put("learning_rate", report.learningRate());
        values.put("gradient_norm", report.gradientNorm());
        values.put("tokens_per_second", report.tokensPerSecond());
        report.evalLoss().ifPresent(v -> values.put("eval_loss", v));
        scalars(report.step(), values);
    }

    private void scalars(long step, SequencedMap<String, Double> values) {
        Message summary = new Message();
        values.forEach((tag, value) -> summary.message(1, new Message().string(1, tag).fixed32(2, value.floatValue())));
        Message event = new Message().fixed64(1, seconds());
        if (step != 0) event.varint(2, step);       // as protobuf leaves out a zero
        append(event.message(5, summary));
    }

    private double seconds() {
        Instant now = clock.instant();
        return now.getEpochSecond() + now.getNano() / 1e9;
    }

    /// Adds one record; where that fails (a full disk), the file is cut back to whole records.
    private void append(Message event) {
        byte[] record = record(event.toByteArray());
        // Not a channel: an interrupt of the thread would close it in the middle of a record.
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            long end = file.length();
            try {
                file.seek(end);
                file.write(record);
            } catch (IOException e) {
                file.setLength(end);
                throw e;
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private TunebookException failed(IOException e) {
        return TunebookException.because(e, "EventFile", "could not write the event file", path + " (" + e + ")", "check the folder and the space on its disk");
    }

    /// The length (8 bytes), its checksum, the data, its checksum; all little-endian.
    private static byte[] record(byte[] data) {
        ByteBuffer out = ByteBuffer.allocate(8 + 4 + data.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(data.length);
        out.putInt(maskedChecksum(out.array(), 0, 8));
        out.put(data);
        out.putInt(maskedChecksum(data, 0, data.length));
        return out.array();
    }

    /// CRC-32C, rotated and shifted as the format wants it (the checksum of data that holds a checksum is a weak one).
    private static int maskedChecksum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    /// A protobuf message under construction: fields are appended in the order of the calls.
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            raw(field << 3);
            raw(value);
            return this;
        }

        Message fixed64(int field, double value) {
            raw(field << 3 | 1);
            out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
            return this;
        }

        Message fixed32(int field, float value) {
            raw(field << 3 | 5);
            out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
            return this;
        }

        Message string(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.toByteArray());
        }

        private Message bytes(int field, byte[] value) {
            raw(field << 3 | 2);
            raw(value.length);
            out.writeBytes(value);
            return this;
        }

        private void raw(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                out.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }
    }
}
