package dev.drover.orchestrator.mall;

import dev.drover.engine.grpc.GrpcPort;
import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.health.ClockConditions;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Problem;
import dev.drover.engine.health.Severity;
import dev.drover.engine.start.CertificateConditions;
import dev.drover.orchestrator.cache.CacheState;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.store.StoreOutcomes;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The checks of a mall's {@code /health}: each is the worst of what its parts told last, and of a
 * try at this moment. Whatever is found wrong is told with cause, since and remedy.
 */
public final class MallChecks {
  private static final String HEALTHY = "healthy";
  private static final String CONNECTION = "central_server_connection";
  private static final String CACHE = StoreOutcomes.CHECK;
  private static final String GRPC = "grpc_server";
  private static final String DISK = "disk_space";
  private static final String CERTIFICATES = CertificateConditions.CHECK;
  private static final String UPLINK = "uplink";

  private final CentralLink link;
  private final MallStore store;
  private final StoreOutcomes outcomes;
  private final EntityCache cache;
  private final Conditions conditions;
  private final UplinkStore uplink;
  private final GrpcPort grpc;
  private final CertificateConditions certificates;
  private final MallFigures figures;
  private final long minFreeMb;
  private final Instant begun;

  /**
   * Checks of these parts.
   *
   * @param minFreeMb the free disk space, in MB, that the mall needs
   */
  public MallChecks(
      CentralLink link,
      MallStore store,
      StoreOutcomes outcomes,
      EntityCache cache,
      Conditions conditions,
      UplinkStore uplink,
      GrpcPort grpc,
      CertificateConditions certificates,
      MallFigures figures,
      long minFreeMb,
      Clock clock) {
    this.link = link;
    this.store = store;
    this.outcomes = outcomes;
    this.cache = cache;
    this.conditions = conditions;
    this.uplink = uplink;
    this.grpc = grpc;
    this.certificates = certificates;
    this.figures = figures;
    this.minFreeMb = minFreeMb;
    this.begun = clock.instant();
  }

  /** What was found: a word for each check, and what people should look at. */
  public record Found(Map<String, String> words, List<Problem> problems) {}

  /** Looks at all parts now. */
  public Found look() {
    lookAtStore();
    lookAtGrpc();
    lookAtDisk();
    lookAtUplink();
    certificates.look();
    List<Problem> problems = new ArrayList<>(conditions.problems());
    notYet().forEach(problems::add);
    Map<String, String> words = new LinkedHashMap<>();
    for (String check : List.of(CONNECTION, "central_answers", CACHE, "data_checksum", GRPC)) {
      words.put(check, HEALTHY);
    }
    words.put("tower_connection", "not_configured");
    for (String check :
        List.of(UPLINK, DISK, CERTIFICATES, ClockConditions.CHECK, ContractNet.CHECK)) {
      words.put(check, HEALTHY);
    }
    words.replaceAll(
        (check, word) ->
            problems.stream()
                .filter(problem -> problem.check().equals(check))
                .map(Problem::severity)
                .max(Severity::compareTo)
                .map(Severity::word)
                .orElse(word));
    return new Found(words, List.copyOf(problems));
  }

  /** What every mall lacks at first: nothing that failed, so no line of the log either. */
  private List<Problem> notYet() {
    List<Problem> problems = new ArrayList<>();
    if (!link.connected() && conditions.worst(CONNECTION).isEmpty()) {
      problems.add(
          new Problem(
              CONNECTION,
              Severity.UNHEALTHY,
              "the event stream is not open yet"
                  + (link.token().isEmpty() ? ": the mall is not registered at central" : ""),
              begun,
              "the mall tries by itself; look at central_answers, at the line and at central"));
    }
    CacheState state = cache.state();
    if (!state.ready()) {
      String reason = state.reason() == null ? "" : ": " + state.reason();
      problems.add(
          new Problem(
              CACHE,
              Severity.DEGRADED,
              "the mall has no data of central that it may show" + reason,
              begun,
              "it is fetched when central answers; look at central_answers"));
    } else if (state.damagedBuckets() > 0) {
      problems.add(
          new Problem(
              CACHE,
              Severity.DEGRADED,
              state.damagedBuckets() + " parts of cache.db are damaged",
              begun,
              "they are fetched again by themselves when central answers; look at the disk"));
    }
    return problems;
  }

  private void lookAtStore() {
    try {
      store.probe();
      outcomes.tookWrite();
    } catch (RuntimeException e) {
      outcomes.noWrite(e);
    }
    outcomes.look();
  }

  private void lookAtGrpc() {
    if (grpc.serving()) {
      conditions.well("mall-grpc");
      return;
    }
    conditions.fails(
        "mall-grpc",
        GRPC,
        Severity.UNHEALTHY,
        "the gRPC server does not answer on port " + grpc.configuredPort(),
        "look at the log for the reason, and start the mall again");
  }

  private void lookAtDisk() {
    String cause;
    try {
      long free = figures.diskFreeMb();
      cause =
          free >= minFreeMb
              ? null
              : "the disk of the mall's data has "
                  + free
                  + " MB left, less than drover.health.min-free-mb ("
                  + minFreeMb
                  + ")";
    } catch (RuntimeException e) {
      cause = "the disk of the mall's data cannot be looked at: " + e.getMessage();
    }
    if (cause == null) {
      conditions.well("mall-disk");
    } else {
      conditions.fails("mall-disk", DISK, Severity.UNHEALTHY, cause, "make room on it");
    }
  }

  /** The mall works on without a sound uplink; people must look at it. */
  private void lookAtUplink() {
    Optional<Long> gap = gap();
    if (gap.isEmpty()) {
      // The store says so already.
      return;
    }
    if (gap.get() == 0) {
      conditions.well("uplink-gap");
    } else {
      conditions.fails(
          "uplink-gap",
          UPLINK,
          Severity.UNHEALTHY,
          gap.get() + " accepted writes are neither in mall.db nor in the queue",
          "the disk or mall.db was damaged: read GET /api/uplink/ledger for their numbers, and get"
              + " the writes from the devices again");
    }
    if (uplink.nearlyFull()) {
      conditions.fails(
          "uplink-room",
          UPLINK,
          Severity.DEGRADED,
          "less than a tenth of drover.uplink.max-bytes is left for writes to central",
          "look at central_answers for why they wait; parked ones take room too: ./drover uplink");
    } else {
      conditions.well("uplink-room");
    }
  }

  private Optional<Long> gap() {
    try {
      return Optional.of(uplink.ledger().gap());
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }
}
