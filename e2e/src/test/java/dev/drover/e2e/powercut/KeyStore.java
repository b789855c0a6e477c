package dev.drover.e2e.powercut;

import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.start.PrivateFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The keys of a process: whoever used one has sealed something with it. */
final class KeyStore implements Store {
  private static Path directory(Path data, int writer) {
    return data.resolve("w" + writer).resolve("keys");
  }

  @Override
  public void write(Path directory, Acknowledged acknowledged, int numbers) throws Exception {
    Stores.together(
        writer -> {
          FileKeyProvider keys =
              new FileKeyProvider(directory(directory, Integer.parseInt(writer.substring(1))));
          for (int i = 0; i < numbers; i++) {
            keys.secret("k-" + i);
            acknowledged.number(writer + "-" + i);
            if (i % 4 == 3) {
              keys.rotate("k-" + i);
              acknowledged.number(writer + "-set-" + i);
            }
          }
        });
  }

  @Override
  public List<String> read(Path directory, Set<String> acknowledged) {
    List<String> found = new ArrayList<>();
    // modes are not recorded
    PrivateFiles.close(directory);
    for (int w = 0; w < Stores.WRITERS; w++) {
      Path files = directory(directory, w);
      FileKeyProvider keys = new FileKeyProvider(files);
      for (int i = 0; Files.exists(files.resolve("k-" + i + ".key")); i++) {
        keys.secret("k-" + i);
        found.add("w" + w + "-" + i);
        if (!keys.olderSecrets("k-" + i).isEmpty()) {
          found.add("w" + w + "-set-" + i);
        }
      }
    }
    return found;
  }
}
