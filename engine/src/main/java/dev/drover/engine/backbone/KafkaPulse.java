package dev.drover.engine.backbone;

import dev.drover.engine.start.Progress;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether a broker that lives is of use: it answers a request, or at least gets on with something,
 * and its data is still there. A slow one is waited for; only one that neither answers nor does
 * anything hangs.
 */
final class KafkaPulse {
  private static final int ANSWER_MS = 2_000;
  private static final int API_VERSIONS = 18;
  private static final int REQUEST_BYTES = 10;

  /** How often it must have been asked in vain: one request may be lost. */
  private static final int MOST_MISSED = 3;

  /** How long a broker that has answered before may do nothing at all. */
  private static final Duration STANDS_STILL = Duration.ofSeconds(10);

  private final int port;
  private final Path data;
  private final Duration startPatience;
  private final Supplier<Progress> watch;
  private Progress progress;
  private boolean answered;
  private int missed;

  /**
   * Watches a broker that was just started.
   *
   * @param data a file that it made when it was formatted
   * @param startPatience how long it may do nothing before it has answered for the first time
   * @param watch begins to watch whether it gets on
   */
  KafkaPulse(int port, Path data, Duration startPatience, Supplier<Progress> watch) {
    this.port = port;
    this.data = data;
    this.startPatience = startPatience;
    this.watch = watch;
    this.progress = watch.get();
  }

  /** Whether it has answered, the last time it was asked. */
  boolean well() {
    return answered && missed == 0;
  }

  /** Looks; returns why the broker must be ended and started again, or nothing. */
  Optional<String> look() {
    if (answers()) {
      answered = true;
      missed = 0;
      return Files.exists(data)
          ? Optional.empty()
          : Optional.of("its data is gone: " + data + " is not there any more");
    }
    if (missed++ == 0) {
      // what was before, such as a pause of the whole machine, is not counted
      progress = watch.get();
    }
    Duration still = progress.still();
    Duration patience = answered ? STANDS_STILL : startPatience;
    return missed >= MOST_MISSED && still.compareTo(patience) > 0
        ? Optional.of(
            "it hangs: it answers nothing, and for " + still.toSeconds() + " s it has done nothing")
        : Optional.empty();
  }

  /** A whole request: a process that stands still accepts connections. */
  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), ANSWER_MS);
      socket.setSoTimeout(ANSWER_MS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(REQUEST_BYTES);
      out.writeShort(API_VERSIONS);
      out.writeShort(0);
      out.writeInt(1);
      out.writeShort(-1);
      out.flush();
      return new DataInputStream(socket.getInputStream()).readInt() > 0;
    } catch (IOException e) {
      return false;
    }
  }
}
