package dev.drover.fleet.outbox;

import dev.drover.engine.outbox.OutboxSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one outbox of events: everything that owes some, for one relay. A batch is of one source, and
 * the sources take turns. So none keeps the others waiting, neither by having much to tell nor by
 * an event that cannot be told.
 */
public final class EventOutbox implements OutboxSource {
  /**
   * What owes events.
   *
   * @param name its name among the sources, without {@code :}
   */
  public record Source(String name, OutboxSource events) {}

  private final List<Source> sources;
  private final AtomicInteger turn = new AtomicInteger();

  /** The outbox of these sources. */
  public EventOutbox(List<Source> sources) {
    this.sources = List.copyOf(sources);
  }

  @Override
  public void onReady(Runnable wake) {
    sources.forEach(source -> source.events.onReady(wake));
  }

  @Override
  public List<Entry> claim(int max) {
    for (int i = 0; i < sources.size(); i++) {
      Source source = sources.get(Math.floorMod(turn.getAndIncrement(), sources.size()));
      List<Entry> entries = source.events.claim(max);
      if (!entries.isEmpty()) {
        return entries.stream().map(entry -> as(source.name + ":" + entry.id(), entry)).toList();
      }
    }
    return List.of();
  }

  @Override
  public void done(List<Entry> entries) {
    for (Source source : sources) {
      String prefix = source.name + ":";
      List<Entry> own =
          entries.stream()
              .filter(entry -> entry.id().startsWith(prefix))
              .map(entry -> as(entry.id().substring(prefix.length()), entry))
              .toList();
      if (!own.isEmpty()) {
        source.events.done(own);
      }
    }
  }

  private static Entry as(String id, Entry entry) {
    return new Entry(id, entry.headers(), entry.body());
  }
}
