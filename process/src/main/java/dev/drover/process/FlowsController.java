package dev.drover.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import dev.drover.flows.live.FlowProblem;
import dev.drover.flows.live.FlowRefused;
import dev.drover.flows.live.FlowVersion;
import dev.drover.flows.live.LiveFlows;
import dev.drover.proto.ErrorBody;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.Plain;
import dev.drover.proto.ProtocolException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The flows of this process on its management port (CONTRACT, "Flows"). */
@RestController
@RequestMapping(path = "/flows", produces = MediaType.APPLICATION_JSON_VALUE)
class FlowsController {
  private static final Logger LOG = LoggerFactory.getLogger("protocol");
  private static final int MOST_BYTES = 1 << 20;

  private final FlowWatch watch;
  private final Ticker ticker;
  private final Clock clock;

  FlowsController(FlowWatch watch, Ticker ticker, Clock clock) {
    this.watch = watch;
    this.ticker = ticker;
    this.clock = clock;
  }

  @GetMapping
  ResponseEntity<String> list() {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    ArrayNode files = answer.putArray("files");
    watch.flows().list().forEach(state -> files.add(file(state)));
    return ok(answer);
  }

  @GetMapping("/{folder}/{name}")
  ResponseEntity<String> show(@PathVariable String folder, @PathVariable String name)
      throws FlowRefused {
    String file = folder + "/" + name;
    String text = watch.flows().text(file);
    LiveFlows.FileState state = watch.flows().state(file);
    return ResponseEntity.ok().eTag(state.hash()).body(file(state).put("text", text).toString());
  }

  @PutMapping("/{folder}/{name}")
  ResponseEntity<String> put(
      @PathVariable String folder,
      @PathVariable String name,
      @RequestHeader(name = "If-Match", required = false) String ifMatch,
      @RequestHeader(name = "If-None-Match", required = false) String ifNoneMatch,
      @RequestParam(defaultValue = "") String why,
      HttpServletRequest request)
      throws FlowRefused, IOException {
    String expected = expected(ifMatch, ifNoneMatch);
    String text = body(request);
    Tick begun = ticker.now();
    LiveFlows.Applied applied =
        watch.flows().put(folder + "/" + name, text, expected, caller(request), why);
    return applied(applied, ticker.now().since(begun));
  }

  /** Nobody overwrites what another has just written, so the hash that was edited is needed. */
  private static String expected(String ifMatch, String ifNoneMatch) {
    if ("*".equals(ifNoneMatch)) {
      return "";
    }
    if (ifMatch == null || ifMatch.isBlank()) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED,
          "If-Match with the hash of the text that you edited is needed; If-None-Match: * for a new"
              + " file");
    }
    return ifMatch.replace("\"", "");
  }

  @PostMapping("/check")
  ResponseEntity<String> check(HttpServletRequest request) throws IOException {
    JsonNode files = object(request).path("files");
    Map<String, String> texts = new TreeMap<>();
    files.properties().forEach(each -> texts.put(each.getKey(), each.getValue().asText()));
    if (texts.isEmpty()) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED, "files is to be an object with a text by each file's name");
    }
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.set("problems", problems(watch.flows().check(texts)));
    return ok(answer);
  }

  @GetMapping("/history")
  ResponseEntity<String> history() {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    ArrayNode versions = answer.putArray("versions");
    for (FlowVersion version : watch.flows().history()) {
      ObjectNode node = versions.addObject();
      node.put("version", version.number());
      node.put("at", version.at().toString());
      node.put("who", version.who());
      node.put("why", version.why());
      node.set("files", Json.MAPPER.valueToTree(version.files()));
    }
    return ok(answer);
  }

  @PostMapping("/rollback")
  ResponseEntity<String> rollback(HttpServletRequest request) throws FlowRefused, IOException {
    JsonNode body = object(request);
    if (!body.path("version").isIntegralNumber()) {
      throw new ProtocolException(ErrorCode.VALIDATION_FAILED, "version is to be a number");
    }
    Tick begun = ticker.now();
    LiveFlows.Applied applied =
        watch
            .flows()
            .rollback(
                body.path("version").asLong(),
                caller(request),
                body.path("why").asText("back to version " + body.path("version").asLong()));
    return applied(applied, ticker.now().since(begun));
  }

  private ResponseEntity<String> applied(LiveFlows.Applied applied, Duration taken) {
    FlowVersion version = applied.version();
    LOG.atInfo()
        .addKeyValue("event", "flows_edited")
        .addKeyValue("duration_ms", taken.toMillis())
        .log("version {} is in force, by {}: {}", version.number(), version.who(), version.files());
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("version", version.number());
    answer.set("files", Json.MAPPER.valueToTree(version.files()));
    answer.put("in_force_ms", taken.toMillis());
    answer.put("pause_ms", applied.pause().toMillis());
    return ok(answer);
  }

  private static ObjectNode file(LiveFlows.FileState state) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("file", state.file()).put("hash", state.hash()).put("version", state.version());
    ArrayNode routes = node.putArray("routes");
    state
        .routes()
        .forEach(
            route ->
                routes
                    .addObject()
                    .put("id", route.id())
                    .put("state", route.state())
                    .put("in_flight", route.inFlight()));
    node.set("problems", problems(state.problems()));
    return node;
  }

  private static ArrayNode problems(List<FlowProblem> problems) {
    return Json.MAPPER.valueToTree(problems);
  }

  private static String caller(HttpServletRequest request) {
    return String.valueOf(request.getAttribute(ManagementFilter.CALLER));
  }

  private static JsonNode object(HttpServletRequest request) throws IOException {
    try {
      JsonNode node = Json.MAPPER.readTree(body(request));
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      // answered below
    }
    throw new ProtocolException(ErrorCode.VALIDATION_FAILED, "The body is to be a JSON object");
  }

  private static String body(HttpServletRequest request) throws IOException {
    byte[] bytes = request.getInputStream().readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new ProtocolException(ErrorCode.PAYLOAD_TOO_LARGE, "More than 1 MiB");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static ResponseEntity<String> ok(ObjectNode answer) {
    return ResponseEntity.ok(answer.toString());
  }

  @ExceptionHandler
  ResponseEntity<String> refused(FlowRefused refused) {
    return switch (refused.reason()) {
      case CHANGED -> error(new ProtocolException(ErrorCode.FLOW_CHANGED, refused.getMessage()));
      case UNKNOWN -> error(new ProtocolException(ErrorCode.NOT_FOUND, refused.getMessage()));
      case INVALID ->
          error(
              new ProtocolException(
                  ErrorCode.FLOW_INVALID,
                  "The flow is not put in force; what was in force is",
                  Map.of("problems", problems(refused.problems()))));
    };
  }

  /** The change is taken back by now. */
  @ExceptionHandler
  ResponseEntity<String> notWritten(UncheckedIOException failure) {
    LOG.atError().addKeyValue("event", "flows_edited").log("a change cannot be written", failure);
    return error(
        new ProtocolException(
            ErrorCode.INTERNAL_ERROR,
            "The change is not in force, for it cannot be written: "
                + Plain.words(failure.getMessage())
                + "; give the process room and the right to write in routes/ and its data directory,"
                + " or edit the file where it comes from"));
  }

  @ExceptionHandler
  ResponseEntity<String> error(ProtocolException error) {
    return ResponseEntity.status(error.code().status())
        .contentType(MediaType.APPLICATION_JSON)
        .body(ErrorBody.render(error, clock.instant(), UUID.randomUUID().toString()));
  }
}
