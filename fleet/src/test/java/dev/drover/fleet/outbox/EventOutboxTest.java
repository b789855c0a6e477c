package dev.drover.fleet.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.outbox.OutboxSource;
import dev.drover.engine.outbox.OutboxSource.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Several sources are one outbox: each gets its turn, and hears what became of its own. */
class EventOutboxTest {
  /** Gives the same again until it is done. */
  private static final class Notes implements OutboxSource {
    private final List<String> open = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private Runnable wake = () -> {};

    Notes(String... ids) {
      open.addAll(List.of(ids));
    }

    @Override
    public List<Entry> claim(int max) {
      return open.stream().limit(max).map(id -> new Entry(id, Map.of("n", id), "b-" + id)).toList();
    }

    @Override
    public void done(List<Entry> entries) {
      entries.forEach(entry -> told.add(entry.id()));
      open.removeAll(told);
    }

    @Override
    public void onReady(Runnable ready) {
      wake = ready;
    }
  }

  private static EventOutbox outbox(Notes first, Notes second) {
    return new EventOutbox(
        List.of(new EventOutbox.Source("one", first), new EventOutbox.Source("two", second)));
  }

  private static List<Object> bodies(List<Entry> entries) {
    return entries.stream().map(Entry::body).toList();
  }

  @Test
  void aBatchIsOfOneSourceAndTheSourcesTakeTurns() {
    Notes busy = new Notes("a", "b", "c");
    Notes quiet = new Notes("x");
    EventOutbox outbox = outbox(busy, quiet);
    List<Entry> batch = outbox.claim(2);
    assertThat(bodies(batch)).containsExactly("b-a", "b-b");
    assertThat(batch.get(0).headers()).containsEntry("n", "a");
    outbox.done(batch);
    batch = outbox.claim(2);
    assertThat(bodies(batch)).containsExactly("b-x");
    outbox.done(batch);
    assertThat(bodies(outbox.claim(2))).containsExactly("b-c");
    assertThat(busy.told).containsExactly("a", "b");
    assertThat(quiet.told).containsExactly("x");
  }

  @Test
  void anEventThatCannotBeToldHoldsUpItsOwnSourceOnly() {
    Notes stuck = new Notes("never");
    Notes other = new Notes("x", "y");
    EventOutbox outbox = outbox(stuck, other);
    List<Object> told = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      List<Entry> batch = outbox.claim(1);
      if (!bodies(batch).contains("b-never")) {
        told.addAll(bodies(batch));
        outbox.done(batch);
      }
    }
    assertThat(told).containsExactly("b-x", "b-y");
    assertThat(bodies(outbox.claim(1))).containsExactly("b-never");
  }

  @Test
  void eachSourceWakesTheRelay() {
    Notes first = new Notes();
    Notes second = new Notes();
    EventOutbox outbox = outbox(first, second);
    List<String> woken = new ArrayList<>();
    outbox.onReady(() -> woken.add("woken"));
    first.wake.run();
    second.wake.run();
    assertThat(woken).hasSize(2);
    assertThat(outbox.claim(10)).isEmpty();
  }
}
