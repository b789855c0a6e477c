package dev.drover.orchestrator.reads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.crypto.Sealer;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.cache.Replacement;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.store.MallStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A collection with the mall's edits over it, page by page. */
class EntityPagesTest {
  private static final String LARGE = "x".repeat(900_000);

  @TempDir private Path data;
  private final TreeMap<String, String> model = new TreeMap<>();
  private EntityCache cache;
  private MallStore store;
  private Edits edits;
  private MallView view;

  @BeforeEach
  void open() {
    Sealer sealer = new Sealer(new byte[32]);
    cache = new EntityCache(data.resolve("cache.db"), "mall", sealer, Clock.systemUTC());
    store = new MallStore(data.resolve("mall.db"), sealer, Clock.systemUTC());
    edits = new Edits(store, Clock.systemUTC());
    view = new MallView(cache, edits);
    try (Replacement all = cache.replace()) {
      for (int i = 0; i < 300; i++) {
        String json = "{\"id\":\"a" + i + "\"}";
        all.add("areas", "a" + i, json);
        model.put("a" + i, json);
      }
      all.commit("300", all.global());
    }
  }

  @AfterEach
  void close() {
    store.close();
    cache.close();
  }

  private void edit(String id, String json) {
    edits.add("areas", id, json == null ? "delete" : "update", json, 300);
    if (json == null) {
      model.remove(id);
    } else {
      model.put(id, json);
    }
  }

  private List<String> readAll(int mostCharsOfAPage) {
    List<String> read = new ArrayList<>();
    EntityPages pages = view.pages("areas");
    while (!pages.ended()) {
      List<String> page = pages.next();
      assertThat(page.stream().mapToLong(String::length).sum()).isLessThan(mostCharsOfAPage);
      read.addAll(page);
    }
    return read;
  }

  @Test
  void a9APageEndsByTheBytesOfItsEditsToo() {
    for (int i = 0; i < 30; i++) {
      edit("a" + i, "{\"id\":\"a" + i + "\",\"n\":1}");
      edit("a" + i, "{\"id\":\"a" + i + "\",\"text\":\"" + LARGE + "\"}");
      edit("new-" + i, "{\"id\":\"new-" + i + "\",\"text\":\"" + LARGE + "\"}");
    }
    edit("a2", null);
    edit("a299", null);
    assertThat(readAll(2_500_000)).containsExactlyElementsOf(model.values());
  }

  @Test
  void manySmallEditsComeInOrderToo() {
    for (int i = 0; i < 2500; i++) {
      edit("b" + i, "{\"id\":\"b" + i + "\"}");
    }
    assertThat(readAll(1_000_000)).containsExactlyElementsOf(model.values());
  }

  @Test
  void anEditThatTheCacheHasIsNotLaidOverIt() {
    edit("a1", "{\"id\":\"a1\",\"n\":1}");
    edits.applied(edits.waiting("areas", "a1").orElseThrow(), 300);
    model.put("a1", "{\"id\":\"a1\"}");
    assertThat(readAll(1_000_000)).containsExactlyElementsOf(model.values());
    assertThat(view.read("areas", "a1")).contains("{\"id\":\"a1\"}");
    edit("a1", "{\"id\":\"a1\",\"n\":2}");
    assertThat(view.read("areas", "a1")).contains("{\"id\":\"a1\",\"n\":2}");
    edit("a1", null);
    assertThat(view.read("areas", "a1")).isEmpty();
  }
}
