package dev.drover.e2e.files;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.files.DataDirectory;
import dev.drover.engine.files.DataFile;
import dev.drover.engine.files.FileClass;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** What a start on damaged files may come to. */
final class Starts {
  /** What a refusal tells people to do. */
  private static final Pattern REMEDY =
      Pattern.compile("put (it|\\S+|back).* back|put back|move|give it as|make room");

  private Starts() {}

  /** Whether the process answers; false when it has ended. Fails when it does neither. */
  static boolean answers(JavaProcess process, Duration patience) {
    Api api = new Api(process.url());
    Awaitility.await("answers or ends: " + process.output())
        .atMost(patience)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> !process.process().isAlive() || answers(api));
    return process.process().isAlive();
  }

  private static boolean answers(Api api) {
    try {
      return api.call("GET", "/health").trySend().status() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Looks at a start that was refused: exit code, file, remedy, and what the doctor does. */
  static Trials.Outcome refused(JavaProcess process, String file, Duration patience)
      throws IOException {
    int code = process.process().exitValue();
    List<String> lines =
        Files.readAllLines(process.output(), StandardCharsets.ISO_8859_1).stream()
            .filter(line -> line.contains("does not start: "))
            .toList();
    String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    Optional<DataFile> known =
        DataFile.ALL.stream()
            .filter(one -> belongs(file, one.path()))
            .filter(one -> isOf(process, one))
            .findFirst();
    if (code != 1 || last.isEmpty()) {
      return new Trials.Outcome("", "ended with " + code + " and says '" + last + "'");
    }
    if (known.isEmpty() || !last.contains(known.get().path())) {
      return new Trials.Outcome("", "the refusal does not name the file: " + last);
    }
    if (known.get().fileClass() == FileClass.COPY) {
      return new Trials.Outcome("", "refused for a copy: " + last);
    }
    if (!REMEDY.matcher(last).find()) {
      return new Trials.Outcome("", "refused without a remedy: " + last);
    }
    return new Trials.Outcome("refused", doctor(process.data()));
  }

  private static boolean isOf(JavaProcess process, DataFile file) {
    boolean central = Files.exists(process.data().resolve("mongo"));
    return file.process().equals(central ? "central" : "orchestrator");
  }

  /** A log of SQLite belongs to its database. */
  private static boolean belongs(String file, String known) {
    return file.equals(known)
        || file.startsWith(known + "/")
        || file.equals(known + "-wal")
        || file.equals(known + "-shm");
  }

  /** The doctor repairs copies and touches nothing else. */
  private static String doctor(Path data) throws IOException {
    Optional<DataDirectory> directory = DataDirectory.at(data, Clock.systemUTC());
    if (directory.isEmpty()) {
      return "the doctor does not know the directory";
    }
    List<DataFile> kept =
        DataFile.ALL.stream()
            .filter(file -> file.process().equals(directory.get().process()))
            .filter(file -> file.fileClass() != FileClass.COPY)
            .filter(file -> Files.isRegularFile(data.resolve(file.path())))
            .toList();
    byte[][] before = new byte[kept.size()][];
    for (int i = 0; i < before.length; i++) {
      before[i] = Files.readAllBytes(data.resolve(kept.get(i).path()));
    }
    directory.get().look().forEach(directory.get()::repair);
    for (int i = 0; i < before.length; i++) {
      if (!Arrays.equals(before[i], Files.readAllBytes(data.resolve(kept.get(i).path())))) {
        return "the doctor changed " + kept.get(i).path();
      }
    }
    return "";
  }

  /** Whether a key that is who the process is differs from what it was. */
  static boolean identityChanged(Path before, Path now, String file) {
    boolean identity =
        DataFile.ALL.stream()
            .anyMatch(one -> one.path().equals(file) && one.fileClass() == FileClass.IDENTITY);
    return identity && !key(before, file).equals(key(now, file));
  }

  private static String key(Path data, String file) {
    FileKeyProvider keys = new FileKeyProvider(data.resolve("keys"));
    String name = Path.of(file).getFileName().toString().replaceAll("\\..*", "");
    return file.endsWith(".pem")
        ? Arrays.toString(keys.signing(name).getPrivate().getEncoded())
        : Arrays.toString(keys.secret(name));
  }
}
