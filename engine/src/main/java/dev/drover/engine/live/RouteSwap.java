package dev.drover.engine.live;

import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.CamelContext;
import org.apache.camel.model.RouteDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces routes while messages flow. A route that begins at {@code direct:} is started beside the
 * old one under another id; all such routes of a change take over in one step, and each old one
 * ends when its last message has left it. A route with a source of its own (a queue, a log, a
 * timer) is stopped after its message, replaced and started; nothing else stops. When anything does
 * not start, what ran before runs on.
 *
 * <p>Afterwards, in the background, each successor is replaced in the same way by itself under the
 * id of the route that it replaced, so that counters and names stay.
 */
public final class RouteSwap implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RouteSwap.class);

  /** Stands before the id of a successor, and of its steps, until the old route has ended. */
  static final String SUCCESSOR = "next-";

  /** A caller that was just given the old route has begun with it after this time. */
  private static final Duration ENTERED = Duration.ofSeconds(1);

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Seams seams;
  private final Ticker ticker;
  private final RouteModels models;
  private final RunningRoutes running;
  private final ScheduledExecutorService background;

  /** By route id: done when the route's last change has ended wholly. */
  private final Map<String, CompletableFuture<Void>> settling = new ConcurrentHashMap<>();

  /** Swaps the routes of a started context whose component {@code direct} is this one. */
  public RouteSwap(CamelContext context, Seams seams, Ticker ticker) {
    this.seams = seams;
    this.ticker = ticker;
    this.models = new RouteModels(context);
    this.running = new RunningRoutes(context);
    this.background =
        context.getExecutorServiceManager().newScheduledThreadPool(this, "flows-settle", 2);
  }

  /**
   * Puts a change in force.
   *
   * @return the longest time for which a route took no message; zero when all begin at a seam
   * @throws SwapException when it does not start, or an earlier change has not ended
   */
  public Duration apply(RouteChange change) throws SwapException {
    settled(change.routes());
    return swap(change);
  }

  private synchronized Duration swap(RouteChange change) throws SwapException {
    Parts parts = parts(change);
    Set<String> touched = new LinkedHashSet<>();
    try (Seams.Handover handover = seams.handover()) {
      try {
        for (RouteDefinition route : parts.beside) {
          running.start(asSuccessor(route));
        }
        for (RouteDefinition route : parts.added) {
          running.start(route);
        }
        handover.commit();
        Duration pause = replaceSources(parts, touched);
        settle(change, parts);
        return pause;
      } catch (SwapException | RuntimeException e) {
        handover.rollback();
        goBack(change, parts, touched);
        throw e;
      }
    }
  }

  /**
   * The routes of a change by how they are put in force.
   *
   * @param beside begin at a seam that is served
   * @param added begin at a seam that nobody calls yet
   * @param sources have a source of their own
   * @param gone ids of those that end
   */
  private record Parts(
      List<RouteDefinition> beside,
      List<RouteDefinition> added,
      List<RouteDefinition> sources,
      List<String> gone) {
    List<String> replaced() {
      return beside.stream().map(RouteSwap::plainId).toList();
    }
  }

  private Parts parts(RouteChange change) throws SwapException {
    Parts parts =
        new Parts(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Map<String, RouteDefinition> next = models(change);
    for (String id : change.routes()) {
      RouteDefinition route = next.get(id);
      if (route == null) {
        parts.gone.add(id);
      } else if (!isSeam(route)) {
        parts.sources.add(route);
      } else {
        (running.has(id) ? parts.beside : parts.added).add(route);
      }
    }
    return parts;
  }

  /** Builds the routes with the configurations of the change, which stay if this is well. */
  private Map<String, RouteDefinition> models(RouteChange change) throws SwapException {
    try {
      models.configure(change.after(), change.configurations());
      return models.routes(change.after(), change.routes());
    } catch (Exception e) {
      configureAsBefore(change);
      throw new SwapException("", RunningRoutes.cause(e), e);
    }
  }

  private void configureAsBefore(RouteChange change) {
    try {
      models.configure(change.before(), change.configurations());
    } catch (Exception e) {
      throw new IllegalStateException("the configurations that were in force do not load", e);
    }
  }

  private static boolean isSeam(RouteDefinition route) {
    return route.getInput().getEndpointUri().startsWith("direct:");
  }

  private static RouteDefinition asSuccessor(RouteDefinition route) {
    route.setId(SUCCESSOR + route.getRouteId());
    route.setNodePrefixId(
        SUCCESSOR + (route.getNodePrefixId() == null ? "" : route.getNodePrefixId()));
    return route;
  }

  private static String plainId(RouteDefinition route) {
    String id = route.getRouteId();
    return id.startsWith(SUCCESSOR) ? id.substring(SUCCESSOR.length()) : id;
  }

  private Duration replaceSources(Parts parts, Set<String> touched) throws SwapException {
    Duration longest = Duration.ZERO;
    for (RouteDefinition route : parts.sources) {
      String id = route.getRouteId();
      boolean ran = running.has(id);
      Tick stopped = ticker.now();
      stopSource(id);
      touched.add(id);
      running.start(route);
      Duration pause = ticker.now().since(stopped);
      longest = ran && pause.compareTo(longest) > 0 ? pause : longest;
    }
    return longest;
  }

  private void stopSource(String id) throws SwapException {
    if (running.has(id) && !running.stop(id, PATIENCE)) {
      throw new SwapException(
          id, "it is busy with a message for more than " + PATIENCE.toSeconds() + " s", null);
    }
  }

  /**
   * Lets the context be as it was: replaced sources come back, successors and new routes end when
   * whoever is in them has left.
   */
  private void goBack(RouteChange change, Parts parts, Set<String> touched) {
    configureAsBefore(change);
    CompletableFuture<Void> done = new CompletableFuture<>();
    change.routes().forEach(id -> settling.put(id, done));
    later(
        done,
        () -> {
          parts.replaced().forEach(id -> end(SUCCESSOR + id));
          parts.added.forEach(route -> end(route.getRouteId()));
          ended(change, done);
        });
    touched.forEach(running::remove);
    try {
      for (RouteDefinition route : models.routes(change.before(), touched).values()) {
        running.start(route);
      }
    } catch (Exception e) {
      throw new IllegalStateException("a route that was in force does not start again", e);
    }
  }

  private void settle(RouteChange change, Parts parts) {
    Set<String> replaced = Set.copyOf(parts.replaced());
    CompletableFuture<Void> done = new CompletableFuture<>();
    change.routes().forEach(id -> settling.put(id, done));
    later(
        done,
        () -> {
          parts.gone.forEach(this::end);
          replaced.forEach(this::end);
          takeNames(change.after(), replaced);
          later(done, () -> endSuccessors(change, replaced, done));
        });
  }

  private void endSuccessors(
      RouteChange change, Set<String> replaced, CompletableFuture<Void> done) {
    replaced.forEach(id -> end(SUCCESSOR + id));
    ended(change, done);
  }

  private void ended(RouteChange change, CompletableFuture<Void> done) {
    removeUnusedKamelets();
    done.complete(null);
    change.routes().forEach(id -> settling.remove(id, done));
  }

  /** Not while a change is put in force: its Kamelets are used in a moment. */
  private synchronized void removeUnusedKamelets() {
    running.removeUnusedKamelets();
  }

  private void later(CompletableFuture<Void> done, Runnable task) {
    Runnable told =
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            LOG.error("a change of flows that is in force does not end", e);
            done.completeExceptionally(e);
          }
        };
    background.schedule(told, ENTERED.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits for the last message of a route, however long it takes, and removes it. */
  private void end(String id) {
    while (running.has(id) && !running.stop(id, PATIENCE)) {
      LOG.info("route {} ends when its {} messages have left it", id, running.under(id));
    }
    running.remove(id);
  }

  private synchronized void takeNames(List<RouteText> texts, Set<String> ids) {
    try (Seams.Handover handover = seams.handover()) {
      for (RouteDefinition route : models.routes(texts, ids).values()) {
        running.start(route);
      }
      handover.commit();
    } catch (Exception e) {
      throw new IllegalStateException("the successor of a route does not get its name", e);
    }
  }

  /** Waits until the last change of each of these routes has ended wholly. */
  private void settled(Set<String> routes) throws SwapException {
    try {
      for (String id : routes) {
        settling
            .getOrDefault(id, CompletableFuture.completedFuture(null))
            .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException e) {
      throw new SwapException(
          "", "a message is still in a route of the last change; try again when it has left", e);
    } catch (ExecutionException e) {
      throw new SwapException("", "the last change did not end: restart this process", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SwapException("", "this process ends", e);
    }
  }

  @Override
  public void close() {
    background.shutdownNow();
  }
}
