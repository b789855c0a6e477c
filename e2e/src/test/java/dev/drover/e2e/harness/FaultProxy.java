package dev.drover.e2e.harness;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stands between a mall and its central, and makes central look ill. */
public final class FaultProxy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FaultProxy.class);
  private static final byte[] UNAVAILABLE =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private static final Pattern REQUEST =
      Pattern.compile("(?m)^(?:GET|POST|PUT) /api/\\S+(?= HTTP/1\\.1)");

  /** What happens to the bytes of both sides. */
  public enum Mode {
    /** They pass. */
    PASS,
    /** Central does not get the request, the mall gets a 503. */
    ANSWER_503,
    /** Nobody gets anything, and the connections stay open. */
    HANG,
    /** Central gets the request and does it; its answer is lost. */
    LOSE_ANSWER
  }

  private final ServerSocket server;
  private final int central;
  private final Set<Line> lines = ConcurrentHashMap.newKeySet();
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private volatile Mode mode = Mode.PASS;
  private final StringBuffer heard = new StringBuffer();
  private volatile boolean listening;

  /**
   * A proxy that lets everything pass.
   *
   * @param host the address to listen on
   * @param central the port of central on loopback
   */
  public FaultProxy(String host, int central) {
    this.central = central;
    try {
      server = new ServerSocket(0, 64, InetAddress.getByName(host));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon("fault-proxy", this::accept);
  }

  /** Where the mall finds it. */
  public String url() {
    return "http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
  }

  /** The first lines of the requests that central got, in order: method, path and query. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  private void note(String bytes) {
    REQUEST.matcher(bytes).results().map(MatchResult::group).forEach(asked::add);
  }

  /** From now on it does this; connections that hung are cut. */
  public void set(Mode next) {
    mode = next;
    lines.stream().filter(line -> line.spoiled).forEach(Line::close);
  }

  /** From now on it keeps what the mall sends; nothing of what it sent before. */
  public void listen() {
    heard.setLength(0);
    listening = true;
  }

  /** What reached central since then, one byte a character. */
  public String heard() {
    return heard.toString();
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        lines.add(new Line(server.accept()).open());
      } catch (IOException e) {
        // The mall cut it at once, or the proxy is closing.
        LOG.trace("not accepted", e);
      }
    }
  }

  /** One connection of the mall, and its counterpart to central. */
  private final class Line implements Closeable {
    private final Socket mall;
    private final Socket target = new Socket();
    // Bytes are missing: what follows would be nonsense for either side.
    private volatile boolean spoiled;

    Line(Socket mall) {
      this.mall = mall;
    }

    Line open() {
      daemon("fault-proxy-request", this::requests);
      return this;
    }

    private void requests() {
      try {
        target.connect(new InetSocketAddress("127.0.0.1", central), 2_000);
        daemon("fault-proxy-answer", this::answers);
        byte[] buffer = new byte[16_384];
        for (int n = mall.getInputStream().read(buffer);
            n >= 0;
            n = mall.getInputStream().read(buffer)) {
          Mode now = spoiled ? Mode.HANG : mode;
          if (now == Mode.ANSWER_503) {
            mall.getOutputStream().write(UNAVAILABLE);
            break;
          }
          if (now == Mode.HANG) {
            spoiled = true;
          } else {
            note(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            target.getOutputStream().write(buffer, 0, n);
            if (listening) {
              heard.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            }
          }
        }
      } catch (IOException e) {
        LOG.trace("cut", e);
      } finally {
        close();
      }
    }

    private void answers() {
      try {
        byte[] buffer = new byte[16_384];
        for (int n = target.getInputStream().read(buffer);
            n >= 0;
            n = target.getInputStream().read(buffer)) {
          Mode now = spoiled ? Mode.HANG : mode;
          if (now == Mode.LOSE_ANSWER) {
            break;
          }
          if (now == Mode.HANG) {
            spoiled = true;
          } else {
            mall.getOutputStream().write(buffer, 0, n);
          }
        }
      } catch (IOException e) {
        LOG.trace("cut", e);
      } finally {
        // A mall that hangs notices nothing of an end of central.
        if (!spoiled) {
          close();
        }
      }
    }

    @Override
    public void close() {
      lines.remove(this);
      try (mall;
          target) {
        spoiled = true;
      } catch (IOException e) {
        LOG.trace("closed", e);
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    lines.forEach(Line::close);
  }
}
