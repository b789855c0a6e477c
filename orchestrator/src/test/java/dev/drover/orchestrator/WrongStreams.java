package dev.drover.orchestrator;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.orchestrator.WrongAnswers.WrongAnswer;
import dev.drover.proto.WrongMessages;
import dev.drover.proto.WrongMessages.Wrong;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Event streams that begin rightly and then say what no central may say. */
final class WrongStreams {
  private static final int HUGE = 20_000_000;
  private static final String STREAM = "text/event-stream";

  /** Types of events, and the schemas of those that have one. */
  private static final List<String> TYPES =
      List.of(
          "connected",
          "ping",
          "resync_required",
          "data_update",
          "config_update",
          "access_log_request",
          "firmware_update",
          "task_create",
          "message");

  private static final List<String> NO_DATA = List.of("nonsense", "[]", "5", "null", "{", "{}", "");

  private final FakeCentral central;
  private final Path home;
  private final List<WrongAnswer> all = new ArrayList<>();
  private int ids = 1_000_000;

  private WrongStreams(FakeCentral central, Path home) {
    this.central = central;
    this.home = home;
  }

  /** All of them. */
  static List<WrongAnswer> of(FakeCentral central, Path home) {
    WrongStreams streams = new WrongStreams(central, home);
    streams.amounts();
    streams.ids();
    streams.encodings();
    streams.lines();
    streams.events();
    List.of("data-update", "config-update", "access-log-request").forEach(streams::wrongTypes);
    return streams.all;
  }

  /** The stream begins, says this, and ends. */
  private void says(String what, byte[] bytes) {
    add(what, right -> Buffer.buffer(right).appendBytes(bytes));
  }

  private void says(String what, String text) {
    says(what, text.getBytes(UTF_8));
  }

  /** Made when it is said: all of them together are more than a test may hold. */
  private void saysMuch(String what, Supplier<String> text) {
    add(what, right -> Buffer.buffer(right).appendString(text.get()));
  }

  private void add(String what, Function<String, Buffer> said) {
    all.add(
        new WrongAnswer(
            "stream: " + what, (request, right) -> begun(request).end(said.apply(right.get()))));
  }

  private static HttpServerResponse begun(HttpServerRequest request) {
    return request.response().putHeader("Content-Type", STREAM).setChunked(true);
  }

  private void amounts() {
    String line = "x".repeat(1_000) + "\n";
    saysMuch("a line without end", () -> "x".repeat(HUGE));
    saysMuch(
        "an event in one line", () -> event("data_update", "{\"x\":\"" + "y".repeat(HUGE) + "\"}"));
    saysMuch("an event in many lines", () -> ("data: " + line).repeat(HUGE / 1_000) + "\n");
    saysMuch("comments", () -> (": " + line).repeat(HUGE / 1_000));
    saysMuch("unknown fields", () -> ("zz: " + line).repeat(HUGE / 1_000));
    saysMuch("a type without end", () -> "event: " + "x".repeat(HUGE) + "\ndata: {}\n\n");
    saysMuch("deep data", () -> event("data_update", "[".repeat(500_000)));
    saysMuch(
        "many values", () -> event("data_update", "{\"zz\":[" + "{},".repeat(300_000) + "1]}"));
    saysMuch("a long number", () -> event("data_update", "{\"zz\":" + "9".repeat(1_000_000) + "}"));
    saysMuch(
        "a long text", () -> event("task_create", "{\"zz\":\"" + "x".repeat(1_500_000) + "\"}"));
  }

  private void ids() {
    says("an id of 1 MB", "id: " + "x".repeat(1_000_000) + "\ndata: {}\n\n");
    says("an id of 2 KB", "id: evt-e-0-" + "1".repeat(2_000) + "\ndata: {}\n\n");
    for (String id :
        List.of("\u0001", "\u007f", "caf\u00e9", "\u6f22", "\ud83d\ude00", "a\u0000b")) {
      says("an id of U+" + Integer.toHexString(id.codePointAt(0)), "id: " + id + "\ndata: {}\n\n");
    }
    says("no id", "event: data_update\ndata: {}\n\n");
  }

  private void encodings() {
    String event = event("data_update", "{\"entity_id\":\"mall-b\",\"x\":\"caf\u00e9\"}");
    says("UTF-16", event.getBytes(UTF_16));
    says("ISO 8859-1", event.getBytes(ISO_8859_1));
    says("nonsense", new byte[] {0x1f, (byte) 0x8b, 8, 1, 2, 3, (byte) 0xff, 0, 10, 10});
    says("HTML", "<html>\n\n<body>sorry</body>\n\n</html>");
    says("JSON", "{\"error\":{\"code\":\"INTERNAL_ERROR\"}}\n\n");
    says("a long wait", "retry: 999999999\n\n");
    says("no wait", "retry: 0\n\n");
    says("nothing", "");
  }

  private void lines() {
    all.add(
        new WrongAnswer(
            "stream: cut off in an event",
            (request, right) ->
                begun(request)
                    .write(right.get() + "event: data_update\ndata: {\"x\"")
                    .onComplete(done -> request.connection().close())));
    all.add(
        new WrongAnswer("stream: silent", (request, right) -> begun(request).write(right.get())));
    all.add(
        new WrongAnswer(
            "stream: dripping",
            (request, right) -> {
              HttpServerResponse response = begun(request);
              response.write(right.get() + "data:");
              central.drip(response, Duration.ofMillis(40));
            }));
  }

  private void events() {
    for (String type : TYPES) {
      for (String data : NO_DATA) {
        boolean right = data.equals("{}") && type.matches("connected|ping|resync_required|message");
        if (!right) {
          says(type + " with " + data, event(type, data));
        }
      }
    }
    String config = "\"config\":{\"x\":1},\"version\":9";
    says("a configuration of another mall", foreign("config_update", "\"type\":\"a\"," + config));
    says("data of another mall", foreign("data_update", "\"changes\":{\"areas\":[\"1\"]}"));
    says("work of another mall", foreign("task_create", "\"task_id\":\"t\""));
    says("firmware of another mall", foreign("firmware_update", "\"version\":\"9\""));
    says("an unknown type", event("teleport", "{}"));
  }

  private String foreign(String type, String data) {
    return event(type, "{\"entity_id\":\"mall-b\"," + data + "}");
  }

  private void wrongTypes(String schema) {
    ObjectNode sample = WrongMessages.sample(home, schema);
    if (sample.has("entity_id")) {
      sample.put("entity_id", FakeCentral.ENTITY);
    }
    WrongMessages messages = new WrongMessages(WrongMessages.schema(home, schema), sample);
    List<Wrong> wrong = new ArrayList<>(messages.types());
    wrong.addAll(messages.missing());
    wrong.addAll(messages.texts());
    for (Wrong one : wrong) {
      byte[] head =
          ("event: " + schema.replace('-', '_') + "\nid: " + id() + "\ndata: ").getBytes(UTF_8);
      Buffer event = Buffer.buffer(head).appendBytes(one.body()).appendString("\n\n");
      says(schema + ": " + one.what(), event.getBytes());
    }
  }

  private String id() {
    return "evt-e-0-" + ++ids;
  }

  private String event(String type, String data) {
    return "event: " + type + "\nid: " + id() + "\ndata: " + data + "\n\n";
  }
}
