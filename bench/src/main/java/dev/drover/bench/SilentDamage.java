package dev.drover.bench;

import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Sealer;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Replaces an item in the cache of a stopped mall by another one, with the mall's own key and by
 * its own code: checksums and seals fit, so that only a comparison with central finds it.
 */
final class SilentDamage {
  private static final String CACHE = "dev.drover.orchestrator.cache.";

  private SilentDamage() {}

  /** Appends a member to the item. */
  static void inflict(Path data, String entity, String collection, String id)
      throws IOException, ReflectiveOperationException {
    // The mall's jar is packed to be run, so its classes are taken from the build's output.
    URL classes = Path.of("orchestrator/target/classes").toUri().toURL();
    Sealer sealer = new Sealer(new FileKeyProvider(data.resolve("keys")).secret("mall-store"));
    try (URLClassLoader mall = new URLClassLoader(new URL[] {classes})) {
      Class<?> type = mall.loadClass(CACHE + "EntityCache");
      try (AutoCloseable cache =
          (AutoCloseable)
              type.getConstructor(Path.class, String.class, Sealer.class, Clock.class)
                  .newInstance(data.resolve("cache.db"), entity, sealer, Clock.systemUTC())) {
        Object state = type.getMethod("state").invoke(cache);
        Object cursor = state.getClass().getMethod("cursor").invoke(state);
        Object item =
            ((Optional<?>)
                    type.getMethod("read", String.class, String.class)
                        .invoke(cache, collection, id))
                .orElseThrow();
        String wrong = item.toString().replaceFirst("}$", ",\"damaged\":true}");
        Object change =
            mall.loadClass(CACHE + "CachedChange")
                .getConstructor(String.class, String.class, String.class)
                .newInstance(collection, id, wrong);
        type.getMethod("apply", List.class, String.class, String.class)
            .invoke(cache, List.of(change), cursor, null);
      } catch (ReflectiveOperationException | IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}
