package dev.drover.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;

/**
 * A closed-loop HTTP/1.1 client on one thread: every connection sends its next request as soon as
 * the answer to the last one is complete.
 */
final class HttpLoad {
  /** Takes what the server answered; called on the client's thread. */
  interface Answers {
    void take(int status, String body);
  }

  /**
   * What a run showed.
   *
   * @param perSecond answers per second
   * @param p50 milliseconds
   * @param p99 milliseconds
   * @param refused answers that were not 2xx
   * @param clientShare which part of the time the client's thread used its core
   */
  record Result(double perSecond, double p50, double p99, long refused, double clientShare) {}

  private static final int BUFFER = 64 * 1024;

  private final InetSocketAddress address;
  private final int connections;
  private final Iterator<byte[]> requests;
  private final Answers answers;
  private final int[] histogram = new int[200_000];
  private long answered;
  private long refused;
  private long stopAt;
  private int open;

  private static final class Connection {
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER);
    private long sentAt;
  }

  /** A load of the given requests; it ends early when they run out. */
  HttpLoad(int port, int connections, Iterator<byte[]> requests, Answers answers) {
    this.address = new InetSocketAddress("127.0.0.1", port);
    this.connections = connections;
    this.requests = requests;
    this.answers = answers;
  }

  /** Loads the server for a time and returns what it did in it. */
  Result run(double seconds) throws IOException {
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < connections; i++) {
        SocketChannel channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, new Connection());
      }
      open = connections;
      long cpu = cpu();
      long begin = System.nanoTime();
      stopAt = begin + (long) (seconds * 1e9);
      for (SelectionKey key : selector.keys()) {
        send(key);
      }
      while (open > 0) {
        if (selector.select(this::ready, 10_000) == 0) {
          throw new IOException("no answer within 10 s on " + open + " connections");
        }
      }
      double wall = System.nanoTime() - begin;
      return new Result(
          answered / (wall / 1e9), quantile(0.5), quantile(0.99), refused, (cpu() - cpu) / wall);
    }
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private void send(SelectionKey key) throws IOException {
    if (System.nanoTime() >= stopAt || !requests.hasNext()) {
      key.channel().close();
      open--;
      return;
    }
    ByteBuffer request = ByteBuffer.wrap(requests.next());
    ((Connection) key.attachment()).sentAt = System.nanoTime();
    while (request.hasRemaining()) {
      ((SocketChannel) key.channel()).write(request);
    }
  }

  private void ready(SelectionKey key) {
    Connection connection = (Connection) key.attachment();
    try {
      if (((SocketChannel) key.channel()).read(connection.in) < 0) {
        throw new IOException("the server closed a connection");
      }
      if (complete(connection.in)) {
        arrived(connection);
        connection.in.clear();
        send(key);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void arrived(Connection connection) {
    long micros = (System.nanoTime() - connection.sentAt) / 1000;
    histogram[(int) Math.min(histogram.length - 1, micros / 10)]++;
    answered++;
    byte[] bytes = connection.in.array();
    int status = Integer.parseInt(new String(bytes, 9, 3, StandardCharsets.US_ASCII));
    if (status / 100 != 2) {
      refused++;
    }
    if (answers != null) {
      answers.take(status, body(connection.in));
    }
  }

  private static String body(ByteBuffer in) {
    int head = headLength(in);
    String body = new String(in.array(), head, in.position() - head, StandardCharsets.ISO_8859_1);
    if (head(in, head).contains("content-length:")) {
      return utf8(body);
    }
    StringBuilder joined = new StringBuilder();
    int at = 0;
    while (true) {
      int line = body.indexOf("\r\n", at);
      int length = Integer.parseInt(body.substring(at, line), 16);
      if (length == 0) {
        return utf8(joined.toString());
      }
      joined.append(body, line + 2, line + 2 + length);
      at = line + 4 + length;
    }
  }

  private static String utf8(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static String head(ByteBuffer in, int length) {
    return new String(in.array(), 0, length, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
  }

  private static boolean complete(ByteBuffer in) {
    int head = headLength(in);
    if (head < 0) {
      return false;
    }
    byte[] bytes = in.array();
    String text = head(in, head);
    int at = text.indexOf("content-length:");
    if (at >= 0) {
      int length = Integer.parseInt(text.substring(at + 15, text.indexOf('\r', at)).trim());
      return in.position() >= head + length;
    }
    int end = in.position();
    return end >= head + 5
        && new String(bytes, end - 5, 5, StandardCharsets.US_ASCII).equals("0\r\n\r\n");
  }

  /** The bytes of the answer's head with its blank line, or -1 while it is not complete. */
  private static int headLength(ByteBuffer in) {
    byte[] bytes = in.array();
    for (int i = 3; i < in.position(); i++) {
      if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private double quantile(double q) {
    long below = 0;
    for (int i = 0; i < histogram.length; i++) {
      below += histogram[i];
      if (below >= q * answered) {
        return (i + 1) / 100.0;
      }
    }
    return Double.NaN;
  }
}
