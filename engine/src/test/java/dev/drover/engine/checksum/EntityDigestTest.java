package dev.drover.engine.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The kept-up-to-date checksum is the defined one, whatever was set and removed before. */
class EntityDigestTest {
  @Property(tries = 200)
  void equalsTheDefinition(@ForAll @Size(max = 40) List<String> ids, @ForAll byte seed)
      throws Exception {
    EntityDigest digest = new EntityDigest();
    Map<String, byte[]> left = new TreeMap<>();
    int step = 0;
    for (String id : ids) {
      byte[] hash = (++step + seed) % 3 == 0 ? null : Checksums.item("{\"n\":" + step + "}");
      digest.set("areas", id, hash);
      digest.root("areas");
      if (hash == null) {
        left.remove(id);
      } else {
        left.put(id, hash);
      }
    }
    assertThat(digest.root("areas")).isEqualTo(defined(left));
  }

  @Property(tries = 200)
  void knowsItsItemsAndAForkGoesItsOwnWay(
      @ForAll @Size(max = 40) List<String> ids, @ForAll @Size(max = 10) List<String> later) {
    EntityDigest digest = new EntityDigest();
    TreeMap<String, byte[]> items = new TreeMap<>();
    for (String id : ids) {
      // Lone surrogates are written alike, so only the text that they are written as is an id.
      String written = new String(bytes(id), StandardCharsets.UTF_8);
      digest.set("areas", id, sha(bytes(id)));
      items.put(written, sha(bytes(id)));
    }
    String root = digest.root("areas");
    EntityDigest fork = digest.fork();
    later.forEach(id -> fork.set("areas", id, new byte[32]));
    ids.stream().limit(3).forEach(id -> fork.set("areas", id, null));
    digest.fork().set("areas", "other", new byte[32]);
    assertThat(digest.root("areas")).isEqualTo(root);
    assertThat(digest.count("areas")).isEqualTo(items.size());
    List<String> sorted =
        items.keySet().stream()
            .sorted((a, b) -> Arrays.compareUnsigned(bytes(a), bytes(b)))
            .toList();
    List<String> listed = new java.util.ArrayList<>();
    List<String> page = digest.ids("areas", "", 3);
    if (items.containsKey("")) {
      listed.add(""); // no item has this id: it stands for the beginning
    }
    while (!page.isEmpty()) {
      listed.addAll(page);
      page = digest.ids("areas", page.get(page.size() - 1), 3);
    }
    assertThat(listed).isEqualTo(sorted);
    for (String id : sorted) {
      assertThat(digest.hash("areas", id)).isEqualTo(items.get(id));
      assertThat(digest.bucket("areas", EntityDigest.bucketOf(id))).containsKey(id);
    }
    assertThat(digest.buckets("areas")).hasSize(256);
    assertThat(EntityDigest.root(digest.bucketHashes("areas"))).isEqualTo(root);
    EntityDigest same = new EntityDigest();
    items.forEach((id, hash) -> same.set("areas", id, hash));
    later.forEach(id -> same.set("areas", id, new byte[32]));
    ids.stream().limit(3).forEach(id -> same.set("areas", id, null));
    assertThat(fork.root("areas")).isEqualTo(same.root("areas"));
  }

  /** The definition, written down once more and slowly. */
  private static String defined(Map<String, byte[]> items) throws Exception {
    ByteArrayOutputStream buckets = new ByteArrayOutputStream();
    for (int bucket = 0; bucket < 256; bucket++) {
      int number = bucket;
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      items.entrySet().stream()
          .filter(item -> (sha(bytes(item.getKey()))[0] & 0xff) == number)
          .sorted((a, b) -> Arrays.compareUnsigned(bytes(a.getKey()), bytes(b.getKey())))
          .forEach(
              item -> {
                content.writeBytes(bytes(item.getKey()));
                content.write(0);
                content.writeBytes(item.getValue());
              });
      buckets.writeBytes(content.size() == 0 ? new byte[32] : sha(content.toByteArray()));
    }
    return "sha256:" + HexFormat.of().formatHex(sha(buckets.toByteArray()));
  }

  @Test
  void canonicalFormDoesNotDependOnOrderOrSpelling() {
    assertThat(Checksums.item("{\"b\":1.50,\"a\":\"\\u00e4\"}"))
        .isEqualTo(Checksums.item("{ \"a\": \"ä\", \"b\": 1.5 }"));
  }

  @Test
  void globalIsTheHashOfFourLines() {
    EntityDigest digest = new EntityDigest();
    digest.set("beacons", "b-1", Checksums.item("{}"));
    StringBuilder lines = new StringBuilder();
    for (String name : List.of("areas", "beacons", "merchants", "connections")) {
      lines.append(name).append(':').append(digest.root(name).substring(7)).append('\n');
    }
    assertThat(digest.global())
        .isEqualTo("sha256:" + HexFormat.of().formatHex(sha(bytes(lines.toString()))));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] sha(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
