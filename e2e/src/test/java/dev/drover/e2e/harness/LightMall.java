package dev.drover.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/**
 * A mall without a process of its own: it listens, applies each event once by its {@code
 * event_key}, moves its cursor with it, and comes back with that cursor after any end of its
 * stream.
 */
public final class LightMall implements AutoCloseable {
  private final List<CentralProcess> centrals;
  private final String entity;
  private final String token;
  private final List<String> applied = new ArrayList<>();
  private final Set<String> keys = new HashSet<>();
  private final Thread thread;
  private String cursor;
  private int repeated;
  private int resyncs;
  private volatile boolean connected;
  private volatile boolean closed;
  private volatile Stream stream;

  /** A registered mall that does not listen yet. */
  public LightMall(CentralProcess central, String entity) {
    this(List.of(central), entity);
  }

  /** The same before several centrals, of which it takes another one each time it connects. */
  public LightMall(List<CentralProcess> centrals, String entity) {
    this.centrals = List.copyOf(centrals);
    this.entity = entity;
    this.token =
        new Mall(entity, "orch-001").register(centrals.get(0).api()).path("token").asText();
    this.thread = new Thread(this::listen, entity);
    thread.setDaemon(true);
  }

  /** Begins to listen. */
  public void start() {
    thread.start();
  }

  /** Waits until it has a cursor. */
  public void awaitConnected() {
    Awaitility.await(entity + " listens").atMost(Duration.ofSeconds(30)).until(() -> connected);
  }

  private void listen() {
    while (!closed) {
      try (Stream open = Stream.open(anyCentral().url(), token, cursor())) {
        stream = open;
        int read = 0;
        while (!closed) {
          boolean ended = open.end() != null;
          List<Stream.Event> events = open.events();
          for (Stream.Event event : events.subList(read, events.size())) {
            apply(event);
          }
          read = events.size();
          if (ended) {
            break;
          }
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
      } catch (UncheckedIOException e) {
        connected = connected && e.getCause() instanceof IOException;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
  }

  private CentralProcess anyCentral() {
    return centrals.get(ThreadLocalRandom.current().nextInt(centrals.size()));
  }

  private synchronized String cursor() {
    return cursor;
  }

  private synchronized void apply(Stream.Event event) {
    switch (event.type()) {
      case "connected" -> {
        cursor = cursor == null ? event.id() : cursor;
        connected = true;
      }
      case "data_update" -> {
        if (keys.add(event.json().path("event_key").asText())) {
          applied.addAll(event.changedIds());
        } else {
          repeated++;
        }
        cursor = event.id();
      }
      case "resync_required" -> {
        resyncs++;
        cursor = event.id();
      }
      default -> {}
    }
  }

  /** Cuts its connection; it comes back. */
  public void cut() {
    Stream open = stream;
    if (open != null) {
      open.close();
    }
  }

  /** Its token. */
  public String token() {
    return token;
  }

  /** Its entity. */
  public String entity() {
    return entity;
  }

  /** The ids of the changes that it applied, in order. */
  public synchronized List<String> applied() {
    return List.copyOf(applied);
  }

  /** How many events came again. */
  public synchronized int repeated() {
    return repeated;
  }

  /** How often it was told that events are missing. */
  public synchronized int resyncs() {
    return resyncs;
  }

  @Override
  public void close() {
    closed = true;
    cut();
    LockSupport.unpark(thread);
  }
}
