package dev.drover.bench;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/** Merchants of about 300 bytes of JSON, the same in each run. */
final class Merchants {
  private static final int AT_ONCE = 1000;
  private static final String[] KINDS = {"food", "fashion", "books", "toys", "health", "music"};

  private Merchants() {}

  static String id(int number) {
    return "merchant-%06d".formatted(number);
  }

  /** A merchant; another revision is another document of the same id. */
  static String json(int number, int revision) {
    Random random = new Random(31L * number + revision);
    return String.format(
        Locale.ROOT,
        "{\"id\":\"%s\",\"name\":\"Merchant %d\",\"type\":\"%s\",\"area_id\":\"area-%03d\","
            + "\"location\":{\"x\":%.3f,\"y\":%.3f,\"floor\":%d},\"phone\":\"+49 30 %07d\","
            + "\"opening_hours\":{\"weekday\":\"09:30-20:00\",\"saturday\":\"10:00-%d:00\"},"
            + "\"tags\":[\"%s\",\"%s\"],\"rating\":%.2f,\"revision\":%d,"
            + "\"updated_at\":\"2026-11-%02dT%02d:%02d:00Z\"}",
        id(number),
        number,
        pick(random),
        random.nextInt(200),
        random.nextDouble() * 500,
        random.nextDouble() * 300,
        random.nextInt(5),
        random.nextInt(10_000_000),
        18 + random.nextInt(5),
        pick(random),
        pick(random),
        random.nextDouble() * 5,
        revision,
        1 + random.nextInt(20),
        random.nextInt(24),
        random.nextInt(60));
  }

  private static String pick(Random random) {
    return KINDS[random.nextInt(KINDS.length)];
  }

  /** Some merchants from all over the entity, in another revision. */
  static List<String> changed(int count, int of, int revision) {
    int step = of / count;
    return IntStream.range(0, count).mapToObj(i -> json(i * step, revision)).toList();
  }

  /** Creates an entity with merchants 0 to {@code count}. */
  static void upload(BenchCentral central, String entity, int count)
      throws IOException, InterruptedException {
    central.post("/api/entities", "{\"id\":\"" + entity + "\",\"name\":\"Bench\"}");
    for (int from = 0; from < count; from += AT_ONCE) {
      central.upload(
          entity,
          IntStream.range(from, Math.min(count, from + AT_ONCE))
              .mapToObj(number -> json(number, 0))
              .toList());
    }
  }
}
