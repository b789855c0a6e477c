package dev.drover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.crypto.FileKeyProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the files of a process that does not start show, and what may be repaired. */
class DoctorCommandTest {
  @TempDir Path data;
  private StringWriter out;
  private StringWriter err;

  @BeforeEach
  void aMall() throws IOException {
    FileKeyProvider keys = new FileKeyProvider(data.resolve("keys"));
    keys.signing("orchestrator");
    for (String name : List.of("mall-store", "beacon-nonces", "mqtt-internal")) {
      keys.secret(name);
    }
    for (String name : List.of("mall.db", "cache.db", "cache.db-wal")) {
      Files.writeString(data.resolve(name), "SQLite format 3\0and so on");
    }
  }

  private int doctor(String... more) {
    out = new StringWriter();
    err = new StringWriter();
    CommandLine line = Drover.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] given = {"doctor", "--data", data.toString()};
    return line.execute(Stream.concat(Stream.of(given), Stream.of(more)).toArray(String[]::new));
  }

  private String line(String file) {
    return out.toString().lines().filter(one -> one.strip().startsWith(file)).findFirst().get();
  }

  @Test
  void whatIsFineIsSaidToBe() {
    assertThat(doctor()).isZero();
    assertThat(out.toString()).startsWith("orchestrator in " + data);
    assertThat(line("mall.db")).contains("truth", "fine");
    assertThat(line("keys/orchestrator.pem")).contains("identity", "fine");
    assertThat(line("kafka")).contains("copy", "not there");
  }

  @Test
  void aDamagedIdentityOrTruthIsNamedAndNeverTouched() throws IOException {
    Files.writeString(data.resolve("keys/orchestrator.pem"), "noise");
    Files.delete(data.resolve("keys/mall-store.key"));
    Files.writeString(data.resolve("mall.db"), "");

    assertThat(doctor("--repair")).isEqualTo(1);

    assertThat(line("keys/orchestrator.pem")).contains("damaged");
    assertThat(line("keys/mall-store.key")).contains("missing");
    assertThat(line("mall.db")).contains("empty");
    assertThat(out.toString()).contains("put it back from a backup", "mall.db.renew");
    assertThat(data.resolve("keys/orchestrator.pem")).hasContent("noise");
    assertThat(data.resolve("keys/mall-store.key")).doesNotExist();
    assertThat(data.resolve("mall.db")).isEmptyFile();
  }

  @Test
  void aDamagedCopyIsSetAsideOnlyWhenAsked() throws IOException {
    Files.writeString(data.resolve("cache.db"), "noise, and more of it");
    Files.createDirectories(data.resolve("kafka/log"));
    Files.writeString(data.resolve("kafka/log/meta.properties"), "");

    assertThat(doctor()).isEqualTo(1);
    assertThat(data.resolve("cache.db")).exists();
    assertThat(doctor("--repair")).isZero();

    assertThat(data.resolve("cache.db")).doesNotExist();
    assertThat(data.resolve("cache.db-wal")).doesNotExist();
    assertThat(data.resolve("kafka/log")).doesNotExist();
    try (Stream<Path> kept = Files.walk(data)) {
      assertThat(kept.filter(path -> path.toString().contains("damaged-")))
          .as("cache.db, its log, and the broker's directory with its file")
          .hasSizeGreaterThanOrEqualTo(4);
    }
    assertThat(doctor()).isZero();
  }

  /** A central's document store as its files lie there after a stop. */
  private Path store() throws IOException {
    Path central = data.resolve("central");
    try (EmbeddedMongo mongo =
            new EmbeddedMongo(new MongoConfig(central.resolve("mongo"), 0, true)).start();
        MongoClient client = MongoClients.create(mongo.url())) {
      for (int i = 0; i < 50; i++) {
        client
            .getDatabase("d")
            .getCollection("c")
            .insertOne(new Document("_id", i).append("text", "x".repeat(2_000)));
      }
    }
    FileKeyProvider keys = new FileKeyProvider(central.resolve("keys"));
    keys.signing("central-token");
    keys.signing("central-logs");
    keys.secret("central-answers");
    data = central;
    return central.resolve("mongo/drover.mv");
  }

  @Test
  void f10EachBlockOfADocumentStoreIsReadAndWhatIsDamagedIsSaid() throws IOException {
    Path store = store();
    byte[] sound = Files.readAllBytes(store);
    assertThat(doctor()).as(() -> out.toString()).isZero();
    int blocks = (sound.length + 4095) / 4096;
    assertThat(line("mongo/drover.mv")).contains("fine: all " + blocks + " blocks were read");

    Random random = new Random(20);
    for (int n = 0; n < 50; n++) {
      byte[] damaged = sound.clone();
      // not in the head, which is looked at without checksums
      int at = 8 + random.nextInt(sound.length - 8);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(store, damaged);
      assertThat(doctor()).as("bit of byte " + at).isEqualTo(1);
      assertThat(line("mongo/drover.mv"))
          .contains("damaged: 1 of " + blocks, "the first at byte " + at / 4096 * 4096);
    }
    assertThat(out.toString()).contains("put back a backup");

    Files.write(store, Arrays.copyOf(sound, sound.length - 3 * 4096));
    assertThat(doctor()).isEqualTo(1);
    assertThat(line("mongo/drover.mv")).contains("damaged: ", " of " + blocks + " blocks");
    assertThat(Files.readAllBytes(store)).as("nothing is changed").hasSize(sound.length - 3 * 4096);

    Files.write(store, sound);
    Files.delete(store.resolveSibling("drover.mv.sums"));
    assertThat(doctor()).isZero();
    assertThat(line("mongo/drover.mv")).contains(blocks + " of them have no checksum");
  }

  @Test
  void nothingIsRepairedUnderAProcess() throws IOException {
    Path lock = data.resolve("mqtt/journal/serverlock.1");
    Files.createDirectories(lock.getParent());
    Files.writeString(lock, "x");
    Files.writeString(data.resolve("cache.db"), "noise");
    try (FileChannel held = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock mine = held.lock()) {
      assertThat(mine.isValid()).isTrue();
      assertThat(doctor("--repair")).isEqualTo(1);
      assertThat(err.toString()).contains("stop it first");
      assertThat(data.resolve("cache.db")).exists();
    }
  }

  @Test
  void theSchemaVersionIsSaidAndOneOfANewerBuildIsAFault() throws IOException {
    byte[] head = new byte[100];
    byte[] begin = "SQLite format 3\0".getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(begin, 0, head, 0, begin.length);
    assertThat(doctor()).isZero();
    assertThat(line("mall.db")).contains("fine, without a schema version");
    head[63] = 1;
    Files.write(data.resolve("mall.db"), head);
    assertThat(doctor()).isZero();
    assertThat(line("mall.db")).contains("fine, schema version 1");
    head[63] = 7;
    Files.write(data.resolve("mall.db"), head);
    assertThat(doctor("--repair")).isEqualTo(1);
    assertThat(line("mall.db")).contains("has schema version 7, and this build knows 1 at most");
    assertThat(out.toString()).as("it is not damaged").doesNotContain("mall.db.renew");
    assertThat(data.resolve("mall.db")).hasBinaryContent(head);
  }

  @Test
  void aDirectoryOfNobodyIsRefused() {
    String[] nobody = {"doctor", "--data", data.resolve("none").toString()};
    assertThat(Drover.commandLine().execute(nobody)).isEqualTo(1);
  }
}
