package dev.drover.e2e.siege;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Whole requests that no server should take, one after the other; a 500 would be a fault of ours.
 */
final class BadRequests implements Attack {
  private final String name;
  private final Stranger caller;
  private final List<Supplier<byte[]>> requests;
  private final Random random;

  BadRequests(String name, Stranger caller, List<Supplier<byte[]>> requests, long seed) {
    this.name = name;
    this.caller = caller;
    this.requests = requests;
    this.random = new Random(seed);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void strike(Outcomes outcomes) throws IOException {
    byte[] request = requests.get(random.nextInt(requests.size())).get();
    outcomes.count(Stranger.status(caller.ask(request)));
  }

  /** A request of these headers and bytes. */
  static byte[] request(String line, String headers, byte[] body) {
    String head =
        line
            + " HTTP/1.1\r\nHost: mall\r\nContent-Type: application/json\r\n"
            + headers
            + "Content-Length: "
            + body.length
            + "\r\nConnection: close\r\n\r\n";
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(body);
    return bytes.toByteArray();
  }

  /** The header of a bearer token. */
  static String bearer(String token) {
    return "Authorization: Bearer " + token + "\r\n";
  }

  /** JSON that is deep, wrong, cut off, in another encoding, or full of numbers. */
  static byte[] badJson(Random random, int size) {
    return switch (random.nextInt(6)) {
      case 0 -> "[".repeat(size).getBytes(StandardCharsets.UTF_8);
      case 1 ->
          ("{\"id\":\"a\\ud83d\",\"x\":\"" + "x".repeat(size / 2) + "\"}")
              .getBytes(StandardCharsets.UTF_8);
      case 2 -> "{\"device_id\":\"gate\",".repeat(size / 20).getBytes(StandardCharsets.UTF_16);
      case 3 ->
          ("{\"areas\":[" + "30.3700012,".repeat(size / 11) + "1]}")
              .getBytes(StandardCharsets.UTF_8);
      case 4 ->
          ("{\"n\":1e" + "9".repeat(Math.min(size, 5_000)) + "}").getBytes(StandardCharsets.UTF_8);
      default -> {
        byte[] noise = new byte[size];
        random.nextBytes(noise);
        yield noise;
      }
    };
  }
}
