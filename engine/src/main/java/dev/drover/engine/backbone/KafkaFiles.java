package dev.drover.engine.backbone;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.drover.engine.disk.Directories;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.FileRecords;
import org.apache.kafka.common.record.RecordBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the small files of an embedded broker before it starts, which ends at the first that it
 * cannot read. What Kafka makes anew from its logs is set aside alone. Without the name of the
 * cluster or of a topic the logs belong to nobody: then all is set aside, and whoever uses the
 * broker finds new topics. Nothing is deleted.
 */
public final class KafkaFiles {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaFiles.class);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS").withZone(ZoneOffset.UTC);

  /** A version, how many lines follow, and those: what Kafka writes in each checkpoint of text. */
  private static final Pattern CHECKPOINT = Pattern.compile("\\d+\\n\\d+\\n([^\\n]*\\d\\n)*");

  private static final Pattern TOPIC =
      Pattern.compile("version: \\d+\\ntopic_id: [A-Za-z0-9_-]{22}\\s*");

  private static final String BOOTSTRAP = "bootstrap.checkpoint";
  private static final String METADATA = "__cluster_metadata-0";
  private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

  /** A file larger than this is none of these. */
  private static final long SMALL = 1 << 20;

  private final Path dataDir;
  private final Path log;
  private final Clock clock;

  /** The files of this broker, which does not run. */
  public KafkaFiles(Path dataDir, Clock clock) {
    this.dataDir = dataDir;
    this.log = dataDir.resolve("log");
    this.clock = clock;
  }

  /**
   * Sets aside what is damaged.
   *
   * @throws UncheckedIOException when a file cannot be read or moved
   */
  public void mend() {
    try {
      List<Path> damaged = allDamaged();
      Optional<Path> named = damaged.stream().filter(KafkaFiles::names).findFirst();
      if (named.isPresent()) {
        renew(named.get());
        return;
      }
      for (Path file : damaged) {
        setAside(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot look at the files of the Kafka broker in " + log, e);
    }
  }

  /** A damaged file, if there is one. */
  public Optional<Path> damage() throws IOException {
    return allDamaged().stream().findFirst();
  }

  private List<Path> allDamaged() throws IOException {
    List<Path> damaged = new ArrayList<>();
    if (Files.isDirectory(log)) {
      try (Stream<Path> all = Files.walk(log, 2)) {
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          if (damaged(file)) {
            damaged.add(file);
          }
        }
      }
    }
    return damaged;
  }

  /** Whether it says whose the logs are. */
  private static boolean names(Path file) {
    String name = file.getFileName().toString();
    return name.equals("meta.properties")
        || name.equals("partition.metadata")
        || name.equals(BOOTSTRAP) && !begun(file)
        || isSnapshot(file);
  }

  /** What a broker has begun with, it has in its log of metadata from then on. */
  private static boolean begun(Path bootstrap) {
    try (Stream<Path> all = Files.list(bootstrap.resolveSibling(METADATA))) {
      return all.anyMatch(file -> file.toString().endsWith(".log") && file.toFile().length() > 0);
    } catch (IOException e) {
      return false;
    }
  }

  /** What the log of metadata had when its beginning was deleted. */
  private static boolean isSnapshot(Path file) {
    return file.getFileName().toString().endsWith(".checkpoint")
        && file.getParent().getFileName().toString().equals(METADATA);
  }

  private static boolean damaged(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (name.equals(BOOTSTRAP) || isSnapshot(file)) {
      return !isRecords(file);
    }
    boolean known = names(file) || name.equals("quorum-state") || name.endsWith("-checkpoint");
    if (!known) {
      return false;
    }
    if (Files.size(file) > SMALL) {
      return true;
    }
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    return switch (name) {
      case "meta.properties" -> !isMeta(text);
      case "partition.metadata" -> !TOPIC.matcher(text).matches();
      case "quorum-state" -> !isJson(text);
      default -> !isCheckpoint(text);
    };
  }

  /** Kafka reads those without a look at their checksums, and ends at what it does not know. */
  private static boolean isRecords(Path file) throws IOException {
    try (FileRecords records = FileRecords.open(file.toFile(), false)) {
      int sound = 0;
      for (RecordBatch batch : records.batches()) {
        batch.ensureValid();
        sound += batch.sizeInBytes();
      }
      return sound > 0 && sound == records.sizeInBytes();
    } catch (KafkaException e) {
      return false;
    }
  }

  private static boolean isMeta(String text) throws IOException {
    Properties meta = new Properties();
    try {
      meta.load(new StringReader(text));
    } catch (IllegalArgumentException e) {
      return false;
    }
    return String.valueOf(KafkaSettings.NODE).equals(meta.getProperty("node.id"))
        && "1".equals(meta.getProperty("version"))
        && meta.getProperty("cluster.id", "").matches("[A-Za-z0-9_-]{22}")
        && meta.getProperty("directory.id", "").matches("[A-Za-z0-9_-]{22}");
  }

  private static boolean isJson(String text) {
    try {
      return new ObjectMapper().readTree(text).isObject();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isCheckpoint(String text) {
    if (text.isEmpty()) {
      // Kafka leaves some so until it has something to say.
      return true;
    }
    if (!CHECKPOINT.matcher(text).matches()) {
      return false;
    }
    String[] lines = text.split("\n");
    return lines[1].length() < 9 && lines.length - 2 == Integer.parseInt(lines[1]);
  }

  /** Kafka makes it again; with what it takes from its logs when it was not stopped in order. */
  private void setAside(Path file) throws IOException {
    Path aside = aside().resolve(log.relativize(file));
    Directories.create(aside.getParent());
    Files.deleteIfExists(log.resolve(CLEAN_SHUTDOWN));
    Directories.sync(log);
    Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
    Directories.syncNameOf(file);
    Directories.syncNameOf(aside);
    LOG.warn("{} is damaged; it was moved to {}, and Kafka makes it anew", file, aside);
  }

  private void renew(Path file) throws IOException {
    Path directory = aside();
    Directories.create(directory);
    Path aside = directory.resolve("log");
    Files.move(log, aside, StandardCopyOption.ATOMIC_MOVE);
    Directories.syncNameOf(log);
    Directories.syncNameOf(aside);
    LOG.warn(
        "{} is damaged, and nothing else says whose the log is: all of it was moved to {}. The"
            + " broker begins anew, and so do those who read from it",
        file,
        aside);
  }

  private Path aside() {
    return dataDir.resolve("damaged-" + TIME.format(clock.instant()));
  }
}
