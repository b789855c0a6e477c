package dev.drover.orchestrator.cache;

import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import java.util.ArrayList;
import java.util.List;

/** The rows of a new generation, which no reader looks at yet. */
final class NewContent implements Replacement {
  private static final int BATCH_ITEMS = 1000;
  private static final int BATCH_CHARS = 2 << 20;

  private record Item(String collection, String id, byte[] hash, String json) {}

  private final Generations generations;
  private final long generation;
  private final EntityDigest digest = new EntityDigest();
  private final List<Item> batch = new ArrayList<>();
  private int chars;

  NewContent(Generations generations, long generation) {
    this.generations = generations;
    this.generation = generation;
  }

  long generation() {
    return generation;
  }

  @Override
  public void add(String collection, String id, String json) {
    byte[] hash = Checksums.item(json);
    digest.set(collection, id, hash);
    batch.add(new Item(collection, id, hash, json));
    chars += json.length();
    if (batch.size() >= BATCH_ITEMS || chars >= BATCH_CHARS) {
      flush();
    }
  }

  private void flush() {
    generations.write(
        this,
        rows -> {
          for (Item item : batch) {
            rows.put(generation, item.collection(), item.id(), item.hash(), item.json());
          }
        });
    batch.clear();
    chars = 0;
  }

  @Override
  public String root(String collection) {
    return digest.root(collection);
  }

  @Override
  public String global() {
    return digest.global();
  }

  @Override
  public long count(String collection) {
    return digest.count(collection);
  }

  @Override
  public void commit(String cursor, String serverChecksum) {
    flush();
    generations.flip(this, digest, cursor, serverChecksum);
  }

  @Override
  public void close() {
    generations.discard(this);
  }
}
