package dev.drover.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Many streams on one thread, and the publisher. An event is recognised by its run of tildes, which
 * is probed every 64 bytes, so the client touches 16 bytes of each kilobyte.
 */
final class FanoutClient implements AutoCloseable {
  private static final int STRIDE = 64;
  private static final int EVENTS = 1 << 20;

  private static final class Stream {
    private long offset;
    private boolean inRun;
    private int events;
  }

  private final InetSocketAddress address;
  private final int streams;
  private final Selector selector = Selector.open();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
  private final AtomicLong deliveries = new AtomicLong();
  private final AtomicLongArray publishedAt = new AtomicLongArray(EVENTS);
  private final int[] histogram = new int[100_000];
  private final Socket publisher;
  private final InputStream answers;
  private final byte[] request;
  private volatile boolean measuring;
  private volatile boolean closed;
  private volatile String broken;
  private volatile int published;
  private volatile Thread waiting;
  private Thread thread;

  FanoutClient(int port, int streams) throws IOException {
    this.address = new InetSocketAddress("127.0.0.1", port);
    this.streams = streams;
    publisher = new Socket("127.0.0.1", port);
    publisher.setTcpNoDelay(true);
    answers = new BufferedInputStream(publisher.getInputStream());
    String filler = "k".repeat(72);
    String body = "{\"k\":\"" + filler + "\",\"p\":\"" + "~".repeat(900) + "\"}";
    body = body + " ".repeat(1024 - body.length());
    request =
        ("POST /pub HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body)
            .getBytes(StandardCharsets.US_ASCII);
  }

  void connect() throws IOException {
    byte[] get =
        "GET /sub HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < streams; i++) {
      SocketChannel channel = SocketChannel.open(address);
      channel.write(ByteBuffer.wrap(get));
      // wait for the head, so that every stream is open before the first event
      buffer.clear();
      channel.read(buffer);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, new Stream());
    }
    thread = new Thread(this::read, "bench-reader");
    thread.start();
  }

  private void read() {
    try {
      while (!closed) {
        selector.select(this::ready, 100);
      }
    } catch (IOException e) {
      broken = e.toString();
    }
  }

  private void ready(SelectionKey key) {
    Stream stream = (Stream) key.attachment();
    buffer.clear();
    try {
      int length = ((SocketChannel) key.channel()).read(buffer);
      if (length < 0) {
        throw new IOException("end of stream");
      }
      int first = (int) ((STRIDE - stream.offset % STRIDE) % STRIDE);
      for (int i = first; i < length; i += STRIDE) {
        boolean tilde = buffer.get(i) == '~';
        if (tilde && !stream.inRun) {
          arrived(stream);
        }
        stream.inRun = tilde;
      }
      stream.offset += length;
    } catch (IOException e) {
      broken = e.toString();
      key.cancel();
    }
  }

  private void arrived(Stream stream) {
    if (measuring) {
      long micros = (System.nanoTime() - publishedAt.get(stream.events)) / 1000;
      histogram[(int) Math.min(histogram.length - 1, micros / 10)]++;
    }
    stream.events++;
    long all = deliveries.get() + 1;
    deliveries.lazySet(all);
    if (all % streams == 0) {
      LockSupport.unpark(waiting);
    }
  }

  private void publish() throws IOException {
    publishedAt.set(published, System.nanoTime());
    published++;
    publisher.getOutputStream().write(request);
    String head = head();
    if (!head.startsWith("HTTP/1.1 20")) {
      throw new IOException("publishing failed: " + head);
    }
  }

  private String head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) answers.read());
    }
    String text = head.toString();
    int at = text.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
    if (at >= 0) {
      int length = Integer.parseInt(text.substring(at + 16, text.indexOf('\r', at)).trim());
      answers.readNBytes(length);
    }
    return text;
  }

  /** Publishes with at most {@code window} events outstanding; returns deliveries per second. */
  double saturate(int window, double seconds) throws IOException {
    drain();
    long before = deliveries.get();
    long begin = System.nanoTime();
    long end = begin + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      check();
      if ((long) published * streams - deliveries.get() <= (long) (window - 1) * streams) {
        publish();
      } else {
        await();
      }
    }
    drain();
    return (deliveries.get() - before) / ((System.nanoTime() - begin) / 1e9);
  }

  /** Publishes at a fixed rate of deliveries; fills the histogram. */
  void pace(double deliveriesPerSecond, double seconds) throws IOException {
    drain();
    java.util.Arrays.fill(histogram, 0);
    measuring = true;
    double interval = 1e9 * streams / deliveriesPerSecond;
    long begin = System.nanoTime();
    for (int i = 0; i * interval < seconds * 1e9; i++) {
      long due = begin + (long) (i * interval);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(Math.max(1, due - System.nanoTime() - 60_000));
      }
      publish();
      check();
    }
    drain();
    measuring = false;
  }

  /** The given quantile of the last paced run, in milliseconds. */
  double quantile(double q) {
    long all = 0;
    for (int count : histogram) {
      all += count;
    }
    long below = 0;
    for (int i = 0; i < histogram.length; i++) {
      below += histogram[i];
      if (below >= q * all) {
        return (i + 1) / 100.0;
      }
    }
    return Double.NaN;
  }

  private void drain() throws IOException {
    long limit = System.nanoTime() + 60_000_000_000L;
    while (deliveries.get() < (long) published * streams) {
      check();
      if (System.nanoTime() > limit) {
        throw new IOException(
            "only " + deliveries.get() + " of " + (long) published * streams + " arrived");
      }
      await();
    }
  }

  /**
   * Sleeps until another event is complete: a spinning publisher would take a core of the server.
   */
  private void await() {
    waiting = Thread.currentThread();
    LockSupport.parkNanos(1_000_000);
  }

  private void check() throws IOException {
    if (broken != null) {
      throw new IOException(broken);
    }
  }

  /** CPU nanoseconds of the reading thread. */
  long cpu() {
    return java.lang.management.ManagementFactory.getThreadMXBean()
        .getThreadCpuTime(thread.getId());
  }

  @Override
  public void close() throws IOException {
    closed = true;
    selector.wakeup();
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
    publisher.close();
  }
}
