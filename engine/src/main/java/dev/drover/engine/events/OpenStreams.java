package dev.drover.engine.events;

import dev.drover.engine.crypto.Principal;
import dev.drover.engine.limit.ByteBudget;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The streams that are open in this process: who may open one more, what they may hold in memory,
 * and when their callers' right to them is over.
 */
public final class OpenStreams implements AutoCloseable {
  private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
  private final StreamLimit limit;
  private final StreamRights rights;
  private final Shortage shortage = new Shortage(streams);
  private final EventStream.Home home;

  /**
   * No streams yet.
   *
   * @param slowDropped counts those that were cut because they could not keep up
   * @param demoted takes a live stream that is to read from the log again
   * @param gone takes a stream that is over
   */
  OpenStreams(
      EventHubSettings settings,
      ByteBudget budget,
      LongAdder slowDropped,
      Clock clock,
      Consumer<EventStream> demoted,
      Consumer<EventStream> gone) {
    this.limit = new StreamLimit(settings);
    this.rights = new StreamRights(streams, clock);
    this.home = new Process(settings, budget, slowDropped, demoted, gone);
  }

  /**
   * Adds a stream.
   *
   * @throws dev.drover.proto.ProtocolException RATE_LIMIT_EXCEEDED when its owner has too many
   */
  void admit(EventStream stream) {
    limit.admit(streams, stream);
  }

  /** All of them; it changes while it is read. */
  Collection<EventStream> all() {
    return streams;
  }

  /** What a stream needs of this process. */
  EventStream.Home home() {
    return home;
  }

  /**
   * Ends the streams of these callers at once, because a token, an orchestrator, an entity or a
   * signing key was revoked: SSE by abort, WebSocket 1008, gRPC UNAUTHENTICATED.
   *
   * @return how many streams there were
   */
  public int end(Predicate<Principal> whose, String reason) {
    return rights.end(whose, reason);
  }

  /**
   * Asks this once a second of each open stream's caller; a stream whose caller no longer has its
   * right is ended, also one that was opened while the right was being taken away. It must not
   * block.
   */
  public void checkRights(Predicate<Principal> stillHolds) {
    rights.check(stillHolds);
  }

  /** Cuts the streams of a kind, e.g. because their endpoint stops. */
  public void abortAll(String transport) {
    streams.stream()
        .filter(s -> transport.equals(s.sink().encoding().transport()))
        .forEach(OpenStreams::abort);
  }

  /** Cuts a stream; from any thread. */
  static void abort(EventStream stream) {
    stream.sink().outbox().submit((outbox, last) -> stream.abort());
  }

  /** Cuts all streams. */
  @Override
  public void close() {
    rights.close();
    streams.forEach(OpenStreams::abort);
  }

  private final class Process implements EventStream.Home {
    private final EventHubSettings settings;
    private final ByteBudget budget;
    private final LongAdder slowDropped;
    private final Consumer<EventStream> demoted;
    private final Consumer<EventStream> gone;

    Process(
        EventHubSettings settings,
        ByteBudget budget,
        LongAdder slowDropped,
        Consumer<EventStream> demoted,
        Consumer<EventStream> gone) {
      this.settings = settings;
      this.budget = budget;
      this.slowDropped = slowDropped;
      this.demoted = demoted;
      this.gone = gone;
    }

    @Override
    public long maxPendingBytes() {
      return settings.maxPendingBytes();
    }

    @Override
    public Duration stallTimeout() {
      return settings.stallTimeout();
    }

    @Override
    public ByteBudget budget() {
      return budget;
    }

    @Override
    public boolean makeRoom(EventStream asking, long waits, long more) {
      return shortage.endLargest(asking, waits, more);
    }

    @Override
    public void dropped() {
      slowDropped.increment();
    }

    @Override
    public void demote(EventStream stream) {
      demoted.accept(stream);
    }

    @Override
    public void detach(EventStream stream) {
      streams.remove(stream);
      gone.accept(stream);
    }
  }
}
