package io.dbops.routing.torture;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** What one process knows of a run, in a file: about a hundred bytes an operation. Writing is thread-safe. */
final class HistoryFile implements AutoCloseable {

    private static final byte OP = 'o';
    private static final byte REIGN = 'r';
    private static final byte TROUBLE = 't';
    private static final byte ROW = 'w';

    private final DataOutputStream out;
    private final ReentrantLock lock = new ReentrantLock();

    HistoryFile(Path file) throws IOException {
        out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
    }

    void add(Op op) throws IOException {
        lock.lock();
        try {
            out.writeByte(OP);
            out.writeUTF(op.level().name());
            out.writeUTF(op.outcome().name());
            out.writeByte(op.process());
            out.writeLong(op.session());
            out.writeUTF(op.how());
            out.writeInt(op.key());
            out.writeLong(op.start());
            out.writeLong(op.sent());
            out.writeLong(op.end());
            out.writeLong(op.asOf());
            out.writeLong(op.bound());
            out.writeUTF(op.node());
            out.writeBoolean(op.primary());
            out.writeBoolean(op.standby());
            out.writeLong(op.id());
            out.writeLong(op.version());
            out.writeLong(op.previous());
            out.writeUTF(op.error());
        } finally {
            lock.unlock();
        }
    }

    void add(Reign reign) throws IOException {
        lock.lock();
        try {
            out.writeByte(REIGN);
            out.writeByte(reign.process());
            out.writeLong(reign.epoch());
            out.writeUTF(reign.primary());
            out.writeLong(reign.first());
            out.writeLong(reign.last());
        } finally {
            lock.unlock();
        }
    }

    void add(Trouble trouble) throws IOException {
        lock.lock();
        try {
            out.writeByte(TROUBLE);
            out.writeUTF(trouble.kind().name());
            out.writeUTF(trouble.node());
            out.writeUTF(trouble.successor());
            out.writeLong(trouble.begun());
            out.writeLong(trouble.promoted());
            out.writeLong(trouble.ended());
            out.writeLong(trouble.over());
            out.writeUTF(trouble.text());
        } finally {
            lock.unlock();
        }
    }

    void add(Row row) throws IOException {
        lock.lock();
        try {
            out.writeByte(ROW);
            out.writeInt(row.key());
            out.writeLong(row.version());
            out.writeLong(row.id());
        } finally {
            lock.unlock();
        }
    }

    /** Hands over all of a file: an {@link Op}, {@link Reign}, {@link Trouble} or {@link Row} at a time. */
    static void read(Path file, Consumer<Object> consumer) throws IOException {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            for (int kind = in.read(); kind >= 0; kind = in.read()) {
                consumer.accept(
                        switch ((byte) kind) {
                            case REIGN ->
                                new Reign(in.readByte(), in.readLong(), in.readUTF(), in.readLong(), in.readLong());
                            case TROUBLE -> trouble(in);
                            case ROW -> new Row(in.readInt(), in.readLong(), in.readLong());
                            case OP -> op(in);
                            default -> throw new IllegalStateException(file + " has a record of kind " + kind);
                        });
            }
        } catch (EOFException e) {
            throw new IOException(file + " ends in the middle of a record: its process died", e);
        }
    }

    private static Trouble trouble(DataInputStream in) throws IOException {
        return new Trouble(
                Trouble.Kind.valueOf(in.readUTF()),
                in.readUTF(),
                in.readUTF(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readUTF());
    }

    private static Op op(DataInputStream in) throws IOException {
        Level level = Level.valueOf(in.readUTF());
        Outcome outcome = Outcome.valueOf(in.readUTF());
        int process = in.readByte();
        long session = in.readLong();
        String how = in.readUTF();
        int key = in.readInt();
        long start = in.readLong();
        long sent = in.readLong();
        long end = in.readLong();
        long asOf = in.readLong();
        long bound = in.readLong();
        String node = in.readUTF();
        boolean primary = in.readBoolean();
        boolean standby = in.readBoolean();
        return new Op(
                process,
                session,
                level,
                how,
                key,
                start,
                sent,
                end,
                asOf,
                bound,
                node,
                primary,
                standby,
                outcome,
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readUTF());
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
