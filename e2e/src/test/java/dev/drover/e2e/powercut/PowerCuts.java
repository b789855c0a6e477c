package dev.drover.e2e.powercut;

import dev.drover.e2e.harness.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** One recording of a store, and cuts of it. */
public final class PowerCuts {
  private static final Path TARGET = JavaProcess.HOME.resolve("e2e/target/power-cut");

  /**
   * What became of one cut.
   *
   * @param number its number; with the recording and the seed it is the same again
   * @param at how many calls were carried out
   * @param acknowledged how many numbers the store had answered for
   * @param lost those of them that are not there
   * @param failure why the store does not start, or is not whole; empty when it is
   */
  record Cut(
      int number,
      int at,
      Disk.Fate fate,
      int acknowledged,
      List<String> lost,
      String failure,
      double seconds) {
    boolean good() {
      return lost.isEmpty() && failure.isEmpty();
    }
  }

  private final String store;
  private final Path home;
  private final long seed;
  private final Recording recording;

  private PowerCuts(String store, Path home, long seed, Recording recording) {
    this.store = store;
    this.home = home;
    this.seed = seed;
    this.recording = recording;
  }

  /** Whether the recorder can be built here. */
  static boolean possible() throws IOException, InterruptedException {
    return System.getProperty("os.name").equals("Linux") && Recording.build(library());
  }

  private static Path library() {
    return TARGET.resolve("record_writes.so");
  }

  /** Records a store anew. */
  static PowerCuts record(String store, Path home, int numbers, long seed)
      throws IOException, InterruptedException {
    delete(home);
    Files.createDirectories(home);
    Recording made =
        Recording.of(
            library(),
            home,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                store.equals("artemis") ? "-Xmx64m" : "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Stores.class.getName(),
                store,
                home.resolve("disk").toString(),
                String.valueOf(numbers)));
    return new PowerCuts(store, home, seed, made);
  }

  /** A recording that is there. */
  static PowerCuts again(String store, Path home, long seed) throws IOException {
    return new PowerCuts(store, home, seed, Recording.read(home));
  }

  static Path home(String name) {
    return TARGET.resolve(name);
  }

  int calls() {
    return recording.operations().size();
  }

  /** How many calls there were when the first number was acknowledged. */
  int answering() {
    int at = 0;
    while (acknowledged(at).isEmpty()) {
      at++;
    }
    return at;
  }

  /** Cuts the power and looks, each time in the same way for the same number. */
  Cut cut(int number) throws IOException {
    return cut(number, Integer.MAX_VALUE, 0);
  }

  /**
   * The same with a disk that lies.
   *
   * @param honest after so many calls it carries out no sync
   * @param from not before so many calls
   */
  Cut cut(int number, int honest, int from) throws IOException {
    Random random = new Random(seed * 1_000_003 + number);
    Disk.Fate fate = Disk.Fate.values()[Math.floorMod(number, Disk.Fate.values().length)];
    int at = place(random, from);
    long begin = System.nanoTime();
    Path disk = home.resolve("cut-" + number);
    delete(disk);
    new Disk(recording, at, honest, store.equals("keys")).write(disk, fate, random);
    Set<String> acknowledged = acknowledged(at);
    List<String> lost = new ArrayList<>();
    String failure = "";
    try {
      List<String> found = Stores.of(store).read(disk.resolve("data"), acknowledged);
      if (Stores.of(store).ordered()) {
        inOrder(found);
      }
      lost.addAll(acknowledged);
      lost.removeAll(Set.copyOf(found));
    } catch (Exception e) {
      failure = e.toString().replaceAll("\\s+", " ");
      if (e.getCause() != null) {
        failure += " <- " + e.getCause().toString().replaceAll("\\s+", " ");
      }
    }
    Cut cut =
        new Cut(
            number,
            at,
            fate,
            acknowledged.size(),
            lost,
            failure,
            (System.nanoTime() - begin) / 1e9);
    if (cut.good()) {
      delete(disk);
    }
    return cut;
  }

  /** Anywhere; every second time just before a sync returns, when most is at stake. */
  private int place(Random random, int from) {
    int at = from + 1 + random.nextInt(calls() - from);
    if (random.nextBoolean()) {
      while (at < calls() && recording.operations().get(at).kind() != Operation.Kind.SYNC) {
        at++;
      }
    }
    return at;
  }

  private static void inOrder(List<String> found) {
    Map<String, Integer> last = new HashMap<>();
    for (String number : found) {
      int dash = number.lastIndexOf('-');
      int n = Integer.parseInt(number.substring(dash + 1));
      Integer before = last.put(number.substring(0, dash), n);
      if (before != null && before >= n) {
        throw new IllegalStateException(number + " comes after " + before);
      }
    }
  }

  private Set<String> acknowledged(int at) {
    String acks = recording.root().resolve(Stores.ACKS).toString();
    Set<String> numbers = new LinkedHashSet<>();
    long handle = -1;
    for (Operation operation : recording.operations().subList(0, at)) {
      if (operation.path().equals(acks)) {
        handle = operation.handle();
      } else if (operation.kind() == Operation.Kind.WRITE && operation.handle() == handle) {
        numbers.add(new String(operation.data(), StandardCharsets.UTF_8).strip());
      }
    }
    return numbers;
  }

  private static void delete(Path root) throws IOException {
    if (Files.exists(root)) {
      try (Stream<Path> paths = Files.walk(root)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
