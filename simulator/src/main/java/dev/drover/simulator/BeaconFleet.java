package dev.drover.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import dev.drover.simulator.SimulatedBeacon.Pace;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * All beacons of the simulated mall; says which of them speak now, and counts what they said. What
 * failed is kept by its beacon, so an entry is never unfinished here.
 */
public final class BeaconFleet implements OutboxSource {
  /** Beacons that are switched on in a second: a mall does not start in one moment. */
  private static final int SWITCHED_ON_PER_SECOND = 10;

  /**
   * How many beacons there are, and how much they say.
   *
   * @param entityId their mall
   * @param count how many
   * @param heartbeatInterval time between two heartbeats of one
   * @param pause shortest time between two reports of one
   * @param logsPerMinute access logs of all together
   */
  public record Settings(
      String entityId, int count, Duration heartbeatInterval, Duration pause, int logsPerMinute) {}

  /**
   * One beacon's turn.
   *
   * @param beacon who speaks
   * @param report what it says
   */
  record Turn(SimulatedBeacon beacon, BeaconReport report) {}

  /**
   * What became of everything so far.
   *
   * @param beacons how many there are
   * @param registered how many of them the mall has registered
   * @param acknowledged reports that the mall has taken
   * @param logs access logs in them
   * @param failed tries that the mall did not take
   * @param waiting access logs that beacons hold
   * @param dropped access logs that found no room in their beacon
   */
  public record Figures(
      int beacons,
      int registered,
      long acknowledged,
      long logs,
      long failed,
      int waiting,
      long dropped) {}

  private final List<SimulatedBeacon> beacons;
  private final Visitors visitors;
  private final RandomGenerator random;
  private final Clock clock;
  private final Ticker ticker;
  private int first;
  private long acknowledged;
  private long logs;
  private long failed;
  private long dropped;

  private BeaconFleet(
      List<SimulatedBeacon> beacons,
      Visitors visitors,
      RandomGenerator random,
      Clock clock,
      Ticker ticker) {
    this.beacons = List.copyOf(beacons);
    this.visitors = visitors;
    this.random = random;
    this.clock = clock;
    this.ticker = ticker;
  }

  /** The beacons of a mall; they are switched on one after the other from now on. */
  public static BeaconFleet of(
      Settings settings, KeyProvider keys, RandomGenerator random, Clock clock, Ticker ticker) {
    Pace pace = new Pace(settings.heartbeatInterval(), settings.pause());
    Tick now = ticker.now();
    List<SimulatedBeacon> beacons = new ArrayList<>();
    for (int number = 1; number <= settings.count(); number++) {
      Tick on = now.plus(Duration.ofMillis(1_000L * number / SWITCHED_ON_PER_SECOND));
      beacons.add(new SimulatedBeacon(number, settings.entityId(), keys, pace, on));
    }
    Visitors visitors = new Visitors(settings.logsPerMinute(), random);
    return new BeaconFleet(beacons, visitors, random, clock, ticker);
  }

  @Override
  public synchronized List<Entry> claim(int max) {
    Tick now = ticker.now();
    Instant time = clock.instant();
    visit(now, time);
    List<Entry> entries = new ArrayList<>();
    int size = beacons.size();
    for (int i = 0; i < size && entries.size() < max; i++) {
      SimulatedBeacon beacon = beacons.get((first + i) % size);
      Optional<BeaconReport> report = beacon.due(now, time);
      report.ifPresent(
          due -> entries.add(new Entry(beacon.deviceId(), Map.of(), new Turn(beacon, due))));
    }
    // nobody is always the last
    first = size == 0 ? 0 : (first + 1) % size;
    return entries;
  }

  private void visit(Tick now, Instant time) {
    List<SimulatedBeacon> open = beacons.stream().filter(SimulatedBeacon::registered).toList();
    int people = visitors.until(now);
    for (int i = 0; i < people && !open.isEmpty(); i++) {
      if (open.get(random.nextInt(open.size())).log(visitors.log(time))) {
        dropped++;
      }
    }
  }

  @Override
  public void done(List<Entry> entries) {}

  synchronized void acknowledged(Turn turn, JsonNode answer) {
    turn.beacon().acknowledged(answer, ticker.now());
    acknowledged++;
    logs += turn.report().logs();
  }

  synchronized void failed(Turn turn) {
    turn.beacon().failed(ticker.now());
    failed++;
  }

  synchronized void forgotten(Turn turn) {
    turn.beacon().forgotten(ticker.now(), clock.instant());
    failed++;
  }

  /** What became of everything so far. */
  public synchronized Figures figures() {
    return new Figures(
        beacons.size(),
        (int) beacons.stream().filter(SimulatedBeacon::registered).count(),
        acknowledged,
        logs,
        failed,
        beacons.stream().mapToInt(SimulatedBeacon::waiting).sum(),
        dropped);
  }

  @Override
  public boolean durable() {
    return false;
  }
}
