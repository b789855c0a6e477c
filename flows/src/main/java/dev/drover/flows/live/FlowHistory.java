package dev.drover.flows.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which texts are in force and were, on disk: {@code history.jsonl} with one {@link FlowVersion} a
 * line, each with the hash of the line before it, and {@code texts/} with every text under its
 * hash. A version is durable when {@link #add} returns; one that a kill cut short never was.
 */
public final class FlowHistory {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Path texts;
  private final List<FlowVersion> versions = new ArrayList<>();
  private String last = "";

  /**
   * Opens the history in a directory, which is made with the first version.
   *
   * @throws DamagedHistory when a line was changed or is gone
   */
  public FlowHistory(Path directory) {
    this.file = directory.resolve("history.jsonl");
    this.texts = directory.resolve("texts");
    try {
      if (Files.exists(file)) {
        read(Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A history that somebody changed, or a disk damaged. */
  public static final class DamagedHistory extends IllegalStateException {
    private DamagedHistory(String what, Path file) {
      super(
          what
              + "; move "
              + file
              + " away: the flows of routes/ are in force then, and the history begins anew");
    }

    private static DamagedHistory line(long line, Path file) {
      return new DamagedHistory(
          "line " + line + " is damaged or does not follow the line before it", file);
    }
  }

  private void read(byte[] bytes) throws IOException {
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        take(new String(bytes, start, i - start, StandardCharsets.UTF_8));
        start = i + 1;
      }
    }
    if (start < bytes.length) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(start);
        channel.force(true);
      }
    }
  }

  private void take(String line) {
    long number = versions.size() + 1L;
    try {
      JsonNode node = JSON.readTree(line);
      if (node == null
          || node.path("version").asLong() != number
          || !node.path("before").asText("?").equals(last)) {
        throw DamagedHistory.line(number, file);
      }
      Map<String, String> files = new TreeMap<>();
      node.path("files").properties().forEach(e -> files.put(e.getKey(), e.getValue().asText()));
      versions.add(
          new FlowVersion(
              number,
              Instant.parse(node.path("at").asText()),
              node.path("who").asText(),
              node.path("why").asText(),
              files,
              last));
      last = TextHash.of(line);
    } catch (JsonProcessingException | DateTimeException e) {
      throw DamagedHistory.line(number, file);
    }
  }

  /** All versions, the oldest first. */
  public synchronized List<FlowVersion> versions() {
    return List.copyOf(versions);
  }

  /** The hashes of the texts that are in force with a version, by file; 0 is before the first. */
  public synchronized Map<String, String> hashes(long version) {
    Map<String, String> hashes = new TreeMap<>();
    versions.stream().limit(version).forEach(each -> hashes.putAll(each.files()));
    hashes.values().removeIf(String::isEmpty);
    return hashes;
  }

  /**
   * The texts that are in force with a version, by file.
   *
   * @throws DamagedHistory when one of them was changed or is gone
   */
  public Map<String, String> inForce(long version) {
    Map<String, String> texts = hashes(version);
    texts.replaceAll((name, hash) -> text(hash));
    return texts;
  }

  /** The number of the newest version; 0 when there is none. */
  public synchronized long newest() {
    return versions.size();
  }

  /**
   * Adds a version.
   *
   * @param changed new text of each file; null for one that is gone
   */
  public synchronized FlowVersion add(
      Instant at, String who, String why, Map<String, String> changed) {
    try {
      Files.createDirectories(texts);
      Map<String, String> files = new TreeMap<>();
      for (Map.Entry<String, String> each : changed.entrySet()) {
        files.put(each.getKey(), each.getValue() == null ? "" : keep(each.getValue()));
      }
      force(texts);
      FlowVersion version = new FlowVersion(versions.size() + 1L, at, who, why, files, last);
      String line = JSON.writeValueAsString(node(version));
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      force(file.getParent());
      versions.add(version);
      last = TextHash.of(line);
      return version;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode node(FlowVersion version) {
    ObjectNode node = JSON.createObjectNode();
    node.put("version", version.number());
    node.put("at", version.at().toString());
    node.put("who", version.who());
    node.put("why", version.why());
    node.set("files", JSON.valueToTree(version.files()));
    node.put("before", version.before());
    return node;
  }

  private String keep(String text) throws IOException {
    String hash = TextHash.of(text);
    Path kept = texts.resolve(hash);
    if (!Files.exists(kept)) {
      Path part = texts.resolve(hash + ".part");
      Files.writeString(part, text);
      force(part);
      Files.move(part, kept, StandardCopyOption.ATOMIC_MOVE);
    }
    return hash;
  }

  private String text(String hash) {
    try {
      String text = Files.readString(texts.resolve(hash));
      if (TextHash.of(text).equals(hash)) {
        return text;
      }
    } catch (IOException e) {
      // told below
    }
    throw new DamagedHistory(texts.resolve(hash) + " is damaged or gone", file);
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      channel.force(true);
    }
  }
}
