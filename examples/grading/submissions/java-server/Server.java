import java.io.*;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.concurrent.*;

/** A server of the two-socket protocol: java Server PORT. A thread reads each connection, another one does its SENDs. */
public class Server {
    static final int HEADER_LIMIT = 4096, BODY_LIMIT = 65536; // bytes
    static final int RECEIPT_SECONDS = 2;
    static final Map<Integer, String> PHRASES = Map.of(
        100, "Malformed username", 101, "No user registered", 102, "Unable to send", 103, "Header incomplete");

    static final Map<String, User> users = new HashMap<>(); // synchronized (users)

    /** What a user asks for; a null for `to` is the end of it. */
    record Send(String to, byte[] body) {}

    /** Nobody can tell where the next message begins. */
    static class CannotFollow extends Exception {}

    static class User {
        final String name;
        final Map<String, Connection> sockets = new HashMap<>(); // TOSEND and TORECV; synchronized (users)
        final Semaphore turn = new Semaphore(1); // whoever has it has the one FORWARD that is out
        private CompletableFuture<Integer> receipt; // of that FORWARD; synchronized (this)

        User(String name) { this.name = name; }

        boolean isComplete() {
            synchronized (users) { return sockets.size() == 2 && users.get(name) == this; }
        }

        /** 0 when the user has answered RECEIVED, otherwise the code of the error for the sender. */
        int deliver(String sender, byte[] body) {
            long answerBy = System.nanoTime() + TimeUnit.SECONDS.toNanos(RECEIPT_SECONDS);
            CompletableFuture<Integer> outcome = new CompletableFuture<>();
            try {
                if (!turn.tryAcquire(RECEIPT_SECONDS, TimeUnit.SECONDS)) return 102; // slow with those before it
                new Thread(() -> outcome.complete(forward(sender, body))).start();
                return outcome.get(answerBy - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (Exception tooLate) {
                return 102; // the turn is over when forward() is
            }
        }

        /** With the turn, which it lets go; the time to answer begins here. */
        private int forward(String sender, byte[] body) {
            CompletableFuture<Integer> mine = new CompletableFuture<>();
            synchronized (this) { receipt = mine; }
            Connection receiver;
            synchronized (users) { receiver = isComplete() ? sockets.get("TORECV") : null; }
            ByteArrayOutputStream forward = new ByteArrayOutputStream();
            forward.writeBytes(("FORWARD " + sender + "\nContent-length: " + body.length + "\n\n").getBytes());
            forward.writeBytes(body);
            try {
                return receiver != null && receiver.write(forward.toByteArray())
                    ? mine.get(RECEIPT_SECONDS, TimeUnit.SECONDS) : 102;
            } catch (Exception tooLate) {
                leave(); // or its answer to this message would be taken for that to the next
                return 102;
            } finally {
                turn.release();
            }
        }

        synchronized void answer(int code) {
            if (receipt != null) receipt.complete(code);
            receipt = null;
        }

        void leave() { leave(null); }

        /** Frees the name, and closes the user's connections but the spared one. */
        void leave(Connection spared) {
            List<Connection> open;
            synchronized (users) {
                if (!users.remove(name, this)) return; // it has left already
                open = List.copyOf(sockets.values());
            }
            answer(102);
            for (Connection connection : open) if (connection != spared) connection.close();
        }
    }

    static class Connection {
        private final Socket socket;
        private final InputStream in;
        private final BlockingQueue<Send> sends = new ArrayBlockingQueue<>(64);
        private volatile User user;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        }

        synchronized boolean write(byte[] message) {
            try {
                socket.getOutputStream().write(message);
                return true;
            } catch (IOException gone) {
                return false;
            }
        }

        boolean write(String message) { return write(message.getBytes(StandardCharsets.ISO_8859_1)); }

        void error(int code) { write("ERROR " + code + " " + PHRASES.get(code) + "\n\n"); }

        void close() {
            try { socket.close(); } catch (IOException ignored) { /* it is closed all the same */ }
        }

        private String readLine(int room) throws IOException, CannotFollow {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) throw new EOFException();
                if (line.length() + 1 >= room) throw new CannotFollow();
                line.append((char) next);
            }
            return line.toString().replaceAll("^[ \t]+|[ \t\r]+$", "");
        }

        /** What a SEND carries: its header lines, an empty line, and as many bytes as these say. */
        private byte[] readBody(int room) throws IOException, CannotFollow {
            String length = null;
            for (String line = readLine(room); !line.isEmpty(); line = readLine(room)) {
                room -= line.length() + 1;
                int colon = Math.max(line.indexOf(':'), 0);
                if (!line.substring(0, colon).equalsIgnoreCase("Content-length")) continue;
                String value = line.substring(colon + 1).strip();
                if (length != null && !length.equals(value)) throw new CannotFollow();
                length = value;
            }
            if (length == null || !length.matches("[0-9]{1,9}") || Integer.parseInt(length) > BODY_LIMIT)
                throw new CannotFollow();
            byte[] body = in.readNBytes(Integer.parseInt(length));
            if (body.length < Integer.parseInt(length)) throw new EOFException();
            return body;
        }

        private void register(String channel, String name) {
            boolean wellFormed = name.matches("[A-Za-z0-9]{1,32}") && !name.equalsIgnoreCase("ALL");
            synchronized (users) {
                User wanted = users.getOrDefault(name, new User(name));
                if (!wellFormed || wanted.sockets.containsKey(channel) || user != null && user != wanted) {
                    error(100);
                    return;
                }
                write("REGISTERED " + channel + " " + name + "\n\n"); // before anybody can send to it
                wanted.sockets.put(channel, this);
                users.put(name, wanted);
                user = wanted;
            }
        }

        private void readRequest() throws IOException, CannotFollow, InterruptedException {
            String line = readLine(HEADER_LIMIT);
            if (line.isEmpty()) return; // behind a message without a body
            String[] words = (line + "  ").split(" ", 3);
            if (words[0].equals("REGISTER") && words[1].matches("TOSEND|TORECV")) {
                register(words[1], words[2].stripTrailing());
            } else if (user == null || !user.isComplete()) {
                error(101);
                try {
                    if (words[0].equals("SEND")) readBody(HEADER_LIMIT);
                } catch (CannotFollow ignored) { /* it has its error, and may still register */ }
            } else {
                switch (words[0]) {
                    case "SEND" -> sends.put(new Send(line.substring(4).strip(), readBody(HEADER_LIMIT - line.length())));
                    case "RECEIVED" -> user.answer(0);
                    case "ERROR" -> user.answer(words[1].equals("103") ? 103 : 102);
                    default -> throw new CannotFollow();
                }
            }
        }

        private int broadcast(byte[] body) {
            List<User> others;
            synchronized (users) { others = users.values().stream().filter(u -> u.isComplete() && u != user).toList(); }
            List<CompletableFuture<Integer>> codes = others.stream().map(other -> {
                CompletableFuture<Integer> code = new CompletableFuture<>();
                new Thread(() -> code.complete(other.deliver(user.name, body))).start();
                return code;
            }).toList();
            return !others.isEmpty() && codes.stream().allMatch(code -> code.join() == 0) ? 0 : 102;
        }

        private void work() {
            try {
                for (Send send = sends.take(); send.to != null; send = sends.take()) {
                    boolean toAll = send.to.equalsIgnoreCase("ALL");
                    User recipient;
                    synchronized (users) { recipient = users.get(send.to); }
                    int code = toAll ? broadcast(send.body)
                        : recipient == null ? 102 : recipient.deliver(user.name, send.body);
                    if (code == 0) write("SENT " + (toAll ? "ALL" : send.to) + "\n\n");
                    else error(code);
                }
            } catch (InterruptedException never) {
                Thread.currentThread().interrupt();
            }
        }

        private void finish(Thread worker) throws InterruptedException {
            sends.put(new Send(null, null));
            worker.join(); // the answers before this one
        }

        void run() {
            Thread worker = new Thread(this::work);
            worker.start();
            try {
                try {
                    while (true) readRequest();
                } catch (CannotFollow bad) {
                    finish(worker);
                    if (user != null) user.leave(this); // before the peer learns of it, and comes again
                    error(user == null ? 101 : 103);
                    socket.shutdownOutput();
                    socket.setSoTimeout(2000);
                    in.transferTo(OutputStream.nullOutputStream()); // or closing would reset the connection
                } catch (IOException gone) {
                    if (user != null) user.leave();
                    finish(worker);
                }
            } catch (IOException | InterruptedException over) {
                // nothing is left to be said
            }
            close();
        }
    }

    public static void main(String[] arguments) throws IOException {
        try (ServerSocket listener = new ServerSocket(Integer.parseInt(arguments[0]), 128)) {
            while (true) {
                Connection connection = new Connection(listener.accept());
                new Thread(connection::run).start();
            }
        }
    }
}
