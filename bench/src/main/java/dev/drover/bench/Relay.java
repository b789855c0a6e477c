package dev.drover.bench;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * A TCP relay before a server that counts what passes, request by request. It counts what lies in
 * the streams (heads, bodies, chunk framing), not the headers of TCP and IP.
 */
final class Relay implements Closeable {
  private static final Pattern REQUEST =
      Pattern.compile(
          "^(?:GET|POST|PUT|DELETE|HEAD|OPTIONS) /\\S* HTTP/1\\.1\r\n.*", Pattern.DOTALL);
  private static final String END_OF_HEAD = "\r\n\r\n";

  /**
   * What one request cost.
   *
   * @param line method, path and query
   * @param up bytes of the request with its head
   * @param head bytes of the answer's head
   * @param body bytes of the answer's body as they were on the wire
   * @param millis from the first byte of the request to the last one of the answer
   */
  record Exchange(String line, long up, long head, long body, double millis) {
    long bytes() {
      return up + head + body;
    }
  }

  /** A request that may still be under way. HTTP/1.1 clients send one after the other. */
  private static final class Passing {
    private final String line;
    private final long began = System.nanoTime();
    private final StringBuilder answer = new StringBuilder();
    private long last = began;
    private long up;
    private long head = -1;
    private long down;

    Passing(String line) {
      this.line = line;
    }

    synchronized void sent(int bytes) {
      up += bytes;
    }

    synchronized void answered(byte[] bytes, int length) {
      down += length;
      last = System.nanoTime();
      if (head < 0) {
        answer.append(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
        int end = answer.indexOf(END_OF_HEAD);
        if (end >= 0) {
          head = end + END_OF_HEAD.length();
          answer.setLength(0);
        }
      }
    }

    synchronized Exchange seen() {
      long headed = Math.max(0, head);
      return new Exchange(line, up, headed, down - headed, (last - began) / 1e6);
    }
  }

  private final ServerSocket door;
  private final int target;
  private final List<Passing> passed = new ArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  /** Begins to relay to a port of this machine. */
  Relay(int target) throws IOException {
    this.target = target;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start("relay", this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** The requests since the last call whose path has this part, in order; all are forgotten. */
  List<Exchange> take(String part) {
    synchronized (passed) {
      List<Exchange> taken =
          passed.stream().map(Passing::seen).filter(e -> e.line.contains(part)).toList();
      passed.clear();
      return taken;
    }
  }

  /** From now on nothing passes. */
  void cut() throws IOException {
    cut = true;
    for (Socket client : open) {
      client.close();
    }
  }

  /** The line is there again. */
  void mend() {
    cut = false;
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = door.accept();
      if (cut) {
        client.close();
        continue;
      }
      open.removeIf(Socket::isClosed);
      open.add(client);
      Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Passing[] current = new Passing[1];
      start("relay-up", () -> up(client, server, current));
      start("relay-down", () -> down(server, client, current));
    }
  }

  private void up(Socket client, Socket server, Passing[] current) throws IOException {
    copy(
        client,
        server,
        (bytes, length) -> {
          String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
          if (REQUEST.matcher(text).matches()) {
            Passing next = new Passing(text.substring(0, text.indexOf(" HTTP/1.1")));
            synchronized (passed) {
              passed.add(next);
              current[0] = next;
            }
          }
          if (current[0] != null) {
            current[0].sent(length);
          }
        });
  }

  private void down(Socket server, Socket client, Passing[] current) throws IOException {
    copy(
        server,
        client,
        (bytes, length) -> {
          Passing passing;
          synchronized (passed) {
            passing = current[0];
          }
          passing.answered(bytes, length);
        });
  }

  /** Sees bytes before they go on. */
  private interface Watch {
    void saw(byte[] bytes, int length);
  }

  private static void copy(Socket from, Socket to, Watch watch) throws IOException {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[1 << 16];
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        watch.saw(buffer, length);
        out.write(buffer, 0, length);
      }
    }
  }

  /** Work that ends when its socket does. */
  private interface Work {
    void run() throws IOException;
  }

  private static void start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // One of the two sides closed; the other one is closed by now.
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
