package dev.drover.orchestrator.sync;

import dev.drover.engine.outbox.OutboxSource;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralException;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.store.Untold;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;

/**
 * What the mall's data needs, and what of it may begin now; which comes first, and what follows, is
 * the flow's. A wish that comes while it is fulfilled is not lost with it. What fails waits as
 * {@code drover.events.backoff} says, from its end, since it may have been tried again for long;
 * what central refuses for its rate waits as long as it asks.
 */
public final class SyncPlan implements OutboxSource {
  /** What may be needed. */
  public enum Need {
    /** The whole of it. */
    FULL,
    /** What changed since the cursor. */
    DELTA,
    /** Devices to be told and events to be acknowledged, of what is in the cache already. */
    SETTLE,
    /** A comparison of the checksums. */
    VERIFY
  }

  /** Exchange property: why a full sync is needed. */
  public static final String REASON = "DroverSyncReason";

  private static final class Want {
    private long wished;
    private long fulfilled;
    private int attempts;
    private Tick notBefore;

    private Want(Tick now) {
      notBefore = now;
    }

    boolean open() {
      return wished > fulfilled;
    }
  }

  private final EntityCache cache;
  private final MallStore store;
  private final DeltaBudget budget;
  private final BooleanSupplier centralIsThere;
  private final Settings settings;
  private final Ticker ticker;
  private final Map<Need, Want> wants = new EnumMap<>(Need.class);
  private Tick notBefore;
  private Tick verifyAt;
  private final Set<Need> round = EnumSet.noneOf(Need.class);
  private String fullReason = "";
  private int inVain;
  private volatile Runnable wake = () -> {};

  /**
   * The plan's times.
   *
   * @param verifyInterval between two verifications
   * @param backoff waits after failures; the last one repeats
   */
  public record Settings(Duration verifyInterval, List<Duration> backoff) {}

  /** A plan that begins with a verification, and with what was owed when the mall stopped. */
  public SyncPlan(
      EntityCache cache,
      MallStore store,
      AckQueue acks,
      Untold untold,
      DeltaBudget budget,
      BooleanSupplier centralIsThere,
      Settings settings,
      Ticker ticker) {
    this.cache = cache;
    this.store = store;
    this.budget = budget;
    this.centralIsThere = centralIsThere;
    this.settings = settings;
    this.ticker = ticker;
    this.notBefore = ticker.now();
    this.verifyAt = notBefore;
    for (Need need : Need.values()) {
      wants.put(need, new Want(notBefore));
    }
    if (acks.owed() > 0 || untold.any()) {
      wants.get(Need.DELTA).wished++;
    }
    cache.onDamage(this::wantVerify);
  }

  /** A delta is needed. */
  public void wantDelta() {
    want(Need.DELTA);
  }

  /** Devices are to be told of what the cache has, and events to be acknowledged. */
  public void wantSettle() {
    want(Need.SETTLE);
  }

  /** The checksums must be compared. */
  public void wantVerify() {
    want(Need.VERIFY);
  }

  /** The data must be fetched anew. */
  public synchronized void wantFull(String reason) {
    fullReason = reason;
    want(Need.FULL);
  }

  /** The same when the last one did not help: after a wait that grows until {@link #agreed}. */
  public synchronized void wantFullLater(String reason) {
    inVain++;
    Want full = wants.get(Need.FULL);
    full.notBefore = ticker.now().plus(backoff(inVain));
    wantFull(reason);
  }

  /** The data is central's. */
  public synchronized void agreed() {
    inVain = 0;
  }

  private void want(Need need) {
    synchronized (this) {
      wants.get(need).wished++;
    }
    wake.run();
  }

  /** One entry when anything may begin; what, is asked by {@link #look}. */
  @Override
  public synchronized List<Entry> claim(int max) {
    round.clear();
    boolean any = centralIsThere.getAsBoolean() && wants.keySet().stream().anyMatch(this::due);
    return any ? List.of(new Entry("", Map.of(), "")) : List.of();
  }

  private boolean due(Need need) {
    if (ticker.now().isBefore(notBefore) || !may(need)) {
      return false;
    }
    if (need == Need.FULL) {
      return reasonForFull().isPresent();
    }
    // Nothing can be added to data that is not there, nor compared with it.
    if (!cache.state().ready()) {
      return false;
    }
    boolean wished = wants.get(need).open();
    return switch (need) {
      case DELTA -> wished && budget.mayBegin();
      case VERIFY -> wished || !ticker.now().isBefore(verifyAt);
      default -> wished;
    };
  }

  private boolean may(Need need) {
    return !ticker.now().isBefore(wants.get(need).notBefore);
  }

  /** Counted before it is known how it ends: what fails without a word waits too. */
  private void tried(Need need) {
    Want want = wants.get(need);
    want.attempts++;
    rest(want);
  }

  private void rest(Want want) {
    want.notBefore = ticker.now().plus(backoff(want.attempts));
  }

  private Duration backoff(int attempts) {
    List<Duration> waits = settings.backoff();
    return waits.get(Math.min(attempts, waits.size()) - 1);
  }

  private Optional<String> reasonForFull() {
    Optional<String> asked = store.settings().resyncReason();
    if (asked.isPresent()) {
      return asked;
    }
    if (!cache.state().ready()) {
      return Optional.of("cache_not_ready");
    }
    return wants.get(Need.FULL).open() ? Optional.of(fullReason) : Optional.empty();
  }

  /**
   * Answers what may begin now: {@code full}, {@code delta}, {@code settle}, {@code verify}, each
   * true or false. Sets {@link #REASON} for a full sync.
   */
  public synchronized void look(Exchange exchange) {
    Map<String, Boolean> answer = new LinkedHashMap<>();
    for (Need need : Need.values()) {
      answer.put(need.name().toLowerCase(Locale.ROOT), due(need));
    }
    exchange.getMessage().setBody(answer);
    exchange.setProperty(REASON, reasonForFull().orElse(""));
  }

  /** Notes that an attempt begins, and which wishes it will fulfil; later ones stay. */
  public synchronized void attempt(Exchange exchange, Need need) {
    exchange.setProperty(mark(need), wants.get(need).wished);
    round.add(need);
    tried(need);
  }

  /** Notes that an attempt succeeded. */
  public synchronized void done(Exchange exchange, Need need) {
    Want want = wants.get(need);
    want.fulfilled = Math.max(want.fulfilled, exchange.getProperty(mark(need), 0L, Long.class));
    want.attempts = 0;
    want.notBefore = ticker.now();
    if (need == Need.VERIFY) {
      verifyAt = ticker.now().plus(settings.verifyInterval());
    }
  }

  /** Central asks for a pause (Retry-After): nothing is asked before its end. */
  public synchronized void heed(Exchange exchange) {
    Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    Optional<Duration> pause =
        cause instanceof CentralException central ? central.pause() : Optional.empty();
    pause.ifPresent(wait -> notBefore = Tick.later(notBefore, ticker.now().plus(wait)));
  }

  private static String mark(Need need) {
    return "DroverSyncMark" + need;
  }

  /**
   * What was achieved was noted by the flow's steps; the rest waits from now on, and so does what a
   * flow leaves undone.
   */
  @Override
  public synchronized void done(List<Entry> entries) {
    if (round.isEmpty()) {
      wants.keySet().stream().filter(this::due).toList().forEach(this::tried);
    }
    for (Need need : round) {
      Want want = wants.get(need);
      if (want.attempts > 0) {
        rest(want);
      }
    }
  }

  @Override
  public void onReady(Runnable newWake) {
    this.wake = newWake;
  }

  @Override
  public boolean durable() {
    return false;
  }
}
