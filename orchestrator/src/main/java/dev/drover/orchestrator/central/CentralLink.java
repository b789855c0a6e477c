package dev.drover.orchestrator.central;

import dev.drover.orchestrator.store.MallStore;
import dev.drover.proto.Json;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The mall's standing with central: its token, what became of it, and whether the stream is open.
 */
public final class CentralLink {
  private static final String TOKEN = "token";

  private final MallStore store;
  private final Duration refreshBefore;
  private final CentralClock clock;
  private CentralToken token;
  private boolean refused;
  private boolean refreshWanted;
  private boolean closed;
  private volatile boolean connected;

  /**
   * The standing that the store remembers.
   *
   * @param refreshBefore how long before its end a token is renewed
   */
  public CentralLink(MallStore store, Duration refreshBefore, CentralClock clock) {
    this.store = store;
    this.refreshBefore = refreshBefore;
    this.clock = clock;
    this.token = store.settings().get(TOKEN).map(CentralLink::read).orElse(null);
  }

  private static CentralToken read(String json) {
    try {
      return Json.MAPPER.readValue(json.getBytes(StandardCharsets.UTF_8), CentralToken.class);
    } catch (java.io.IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How long central takes the token; zero when there is none, or it ended. */
  public synchronized Duration left() {
    return usable() ? token.left(clock.now()) : Duration.ZERO;
  }

  /** Whether less is left of the token than a mall should have. */
  public synchronized boolean endsSoon() {
    return usable() && token.endsWithin(refreshBefore, clock.now());
  }

  /** Whether central asked for a refresh of this token. */
  public synchronized boolean refreshWanted() {
    return usable() && refreshWanted;
  }

  private boolean usable() {
    // Who gave it counts its life; before central was heard, only central can say that it ended.
    boolean ended = token != null && clock.known() && token.endsWithin(Duration.ZERO, clock.now());
    return token != null && !refused && !ended;
  }

  /** The token, when there is one that central has not refused. */
  public synchronized Optional<CentralToken> token() {
    return usable() ? Optional.of(token) : Optional.empty();
  }

  /**
   * Waits for a usable token.
   *
   * @throws IllegalStateException when the process stops before there is one
   */
  public synchronized CentralToken awaitToken() {
    try {
      while (!closed && !usable()) {
        wait(1_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return token().orElseThrow(() -> new IllegalStateException("no token of central"));
  }

  /** Takes a new token, stored together with other settings; the old one is forgotten. */
  public synchronized void accept(CentralToken fresh, Map<String, Optional<String>> settings) {
    Map<String, Optional<String>> values = new HashMap<>(settings);
    values.put(TOKEN, Optional.of(Json.text(fresh)));
    store.settings().set(values);
    token = fresh;
    refused = false;
    refreshWanted = false;
    notifyAll();
  }

  /** Central does not take this token any more: the mall must register again. */
  public synchronized void refused(CentralToken which) {
    if (which == null || which.equals(token)) {
      refused = true;
    }
  }

  /** Central asked for a refresh. */
  public synchronized void wantRefresh() {
    refreshWanted = true;
  }

  /** Whether central's event stream is open. */
  public boolean connected() {
    return connected;
  }

  public void connected(boolean open) {
    connected = open;
  }

  /** Lets nobody wait for a token any more. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
