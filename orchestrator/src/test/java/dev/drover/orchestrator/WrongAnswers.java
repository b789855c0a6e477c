package dev.drover.orchestrator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.Json;
import dev.drover.proto.WrongMessages;
import dev.drover.proto.WrongMessages.Wrong;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;

/** Answers to one call of central that no central may give, made from a right one. */
final class WrongAnswers {
  private static final int HUGE = 20_000_000;
  private static final String JSON = "application/json";

  /** One of them, and how it is told. */
  record WrongAnswer(String what, FakeCentral.Lie lie) {
    @Override
    public String toString() {
      return what;
    }
  }

  private final FakeCentral central;
  private final Path home;
  private final Random random;
  private final List<WrongAnswer> all = new ArrayList<>();

  private WrongAnswers(FakeCentral central, Path home, Random random) {
    this.central = central;
    this.home = home;
    this.random = random;
  }

  /**
   * All wrong answers to a call.
   *
   * @param schema the schema of its answer; empty when it has none
   * @param needed members that no right answer is without
   */
  static List<WrongAnswer> of(
      FakeCentral central, Path home, Random random, Optional<String> schema, List<String> needed) {
    WrongAnswers answers = new WrongAnswers(central, home, random);
    answers.statuses();
    answers.bodies();
    answers.amounts();
    answers.lines();
    for (String member : needed) {
      answers.changed("without " + member, right -> without(right, member));
      answers.changed("null " + member, right -> right.putNull(member));
    }
    schema.ifPresent(answers::wrongTypes);
    return answers.all;
  }

  /** All wrong answers to the request for the event stream. */
  static List<WrongAnswer> ofStream(FakeCentral central, Path home, Random random) {
    WrongAnswers answers = new WrongAnswers(central, home, random);
    answers.statuses();
    answers.fixedBodies();
    answers.longHead();
    answers.lines();
    answers.all.addAll(WrongStreams.of(central, home));
    return answers.all;
  }

  private static ObjectNode without(ObjectNode right, String member) {
    right.remove(member);
    return right;
  }

  private void add(String what, FakeCentral.Lie lie) {
    all.add(new WrongAnswer(what, lie));
  }

  private void fixed(String what, int status, String type, String body) {
    add(what, (request, right) -> answer(request, status, type, Buffer.buffer(body)));
  }

  private static void answer(HttpServerRequest request, int status, String type, Buffer body) {
    HttpServerResponse response = request.response().setStatusCode(status);
    if (type != null) {
      response.putHeader("Content-Type", type);
    }
    response.end(body);
  }

  private void made(String what, Function<String, byte[]> change) {
    add(
        what,
        (request, right) -> answer(request, 200, JSON, Buffer.buffer(change.apply(right.get()))));
  }

  private void changed(String what, Function<ObjectNode, ObjectNode> change) {
    made(
        what, right -> change.apply(Json.object(right.getBytes(UTF_8))).toString().getBytes(UTF_8));
  }

  private void statuses() {
    String page = "<html><head><title>Proxy</title></head><body>sorry</body></html>";
    for (int status : new int[] {200, 201, 203, 400, 401, 403, 404, 409, 413, 422, 500, 502, 504}) {
      fixed(status + " HTML", status, "text/html; charset=utf-8", page);
    }
    for (int status : new int[] {400, 401, 404, 409, 410, 413, 422}) {
      fixed(status + " of another server", status, JSON, "{\"message\":\"no\"}");
    }
    for (int status : new int[] {204, 205, 206}) {
      add(
          status + " without content",
          (request, right) -> request.response().setStatusCode(status).end());
    }
    for (int status : new int[] {301, 302, 303, 307, 308}) {
      add(
          status + " elsewhere",
          (request, right) ->
              request
                  .response()
                  .setStatusCode(status)
                  .putHeader("Location", central.url() + "/trap")
                  .end());
    }
    for (String type : new String[] {"text/plain", "application/problem+json", null}) {
      add(
          "right, as " + type,
          (request, right) -> answer(request, 200, type, Buffer.buffer(right.get())));
    }
  }

  private void fixedBodies() {
    for (String body :
        List.of("", " ", "{}", "[]", "null", "7", "\"x\"", "true", "{", "nonsense")) {
      fixed("200 " + body, 200, JSON, body);
    }
    fixed("200 HTML called JSON", 200, JSON, "<html></html>");
    fixed("500 without end", 500, JSON, "{\"error\":{\"code\":\"" + "x".repeat(HUGE) + "\"}}");
  }

  private void bodies() {
    fixedBodies();
    changed("of another mall", right -> right.put("entity_id", "mall-b"));
    changed("of no mall", right -> right.putNull("entity_id").put("token", 5));
    made("twice", right -> (right + right).getBytes(UTF_8));
    made("UTF-16", right -> right.getBytes(java.nio.charset.StandardCharsets.UTF_16));
    made(
        "no UTF-8",
        right ->
            right
                .replace("\":", "\u00ff\":")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    for (int i = 0; i < 4; i++) {
      made(
          "cut, try " + i,
          right -> right.substring(0, random.nextInt(right.length() - 1)).getBytes(UTF_8));
    }
    add(
        "packed nonsense",
        (request, right) ->
            request
                .response()
                .putHeader("Content-Type", JSON)
                .putHeader("Content-Encoding", "gzip")
                .end(Buffer.buffer(new byte[] {0x1f, (byte) 0x8b, 8, 1, 2, 3})));
  }

  private void amounts() {
    made("a long text", right -> around(right, "\"", 'x', "\""));
    made("many values", right -> repeated(right, "{},"));
    made("many numbers", right -> repeated(right, "1234567,"));
    made("deep", right -> "[".repeat(100_000).getBytes(UTF_8));
    made("a long number", right -> around(right, "", '9', ""));
    add(
        "a bomb",
        (request, right) ->
            request
                .response()
                .putHeader("Content-Type", JSON)
                .putHeader("Content-Encoding", "gzip")
                .end(Buffer.buffer(packed(around(right.get(), "\"", 'x', "\"")))));
    longHead();
  }

  private void longHead() {
    add(
        "a long head",
        (request, right) ->
            request.response().putHeader("X-Long", "x".repeat(HUGE / 10)).end(right.get()));
  }

  /** The right answer with one more member in front of it. */
  private static byte[] around(String right, String before, char with, String after) {
    return ("{\"zz\":"
            + before
            + String.valueOf(with).repeat(HUGE)
            + after
            + ","
            + right.substring(1))
        .getBytes(UTF_8);
  }

  private static byte[] repeated(String right, String what) {
    return ("{\"zz\":[" + what.repeat(HUGE / what.length()) + "1]," + right.substring(1))
        .getBytes(UTF_8);
  }

  private static byte[] packed(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }

  private void lines() {
    add("cut off at once", (request, right) -> request.connection().close());
    add(
        "cut off in the middle",
        (request, right) -> {
          String text = right.get();
          HttpServerResponse response =
              request.response().putHeader("Content-Type", JSON).setChunked(true);
          response
              .write(text.substring(0, text.length() / 2))
              .onComplete(done -> request.connection().close());
        });
    add("nothing", (request, right) -> {});
    add(
        "dripping",
        (request, right) -> {
          HttpServerResponse response =
              request.response().putHeader("Content-Type", JSON).setChunked(true);
          response.write("{");
          central.drip(response, Duration.ofMillis(40));
        });
  }

  private void wrongTypes(String schema) {
    JsonNode described = WrongMessages.schema(home, schema);
    ObjectNode sample = WrongMessages.sample(home, schema);
    if (sample.has("entity_id")) {
      sample.put("entity_id", FakeCentral.ENTITY);
    }
    WrongMessages messages = new WrongMessages(described, sample);
    List<Wrong> wrong = new ArrayList<>(messages.types());
    wrong.addAll(messages.missing());
    wrong.addAll(messages.texts());
    for (Wrong one : wrong) {
      add(
          "schema: " + one.what(),
          (request, right) -> answer(request, 200, JSON, Buffer.buffer(one.body())));
    }
  }
}
