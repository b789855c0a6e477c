package dev.drover.flows.anywhere;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.FluentProducerTemplate;
import org.apache.camel.support.MessageHelper;

/** Asks the flows of a started context, and writes down what they answer. */
public final class Questions {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();
  private static final String ANY_ID =
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  private record Question(String endpoint, Map<String, Object> headers, Object body) {}

  private Questions() {}

  /**
   * Asks everything, one after the other.
   *
   * @return a text: for each question what was done, the status, the body and the failure
   */
  public static String ask(CamelContext context, FlowsAnywhere flows) throws Exception {
    StringBuilder text = new StringBuilder("the outboxes are read\n");
    List<String> notes = flows.notebook().take("edits done: 2", "events done: 2");
    notes.stream().sorted().forEach(note -> text.append("  ").append(note).append('\n'));
    for (Question question : questions(flows)) {
      Map<String, Object> shown = new TreeMap<>(question.headers());
      shown.computeIfPresent("Authorization", (name, value) -> "a token");
      text.append(question.endpoint()).append(' ').append(shown).append(' ');
      text.append(question.body()).append('\n');
      answer(context, question, flows, text);
    }
    return text.toString().replaceAll(ANY_ID, "(id)");
  }

  private static void answer(
      CamelContext context, Question question, FlowsAnywhere flows, StringBuilder text)
      throws Exception {
    try (FluentProducerTemplate template = context.createFluentProducerTemplate()) {
      Exchange answer =
          template
              .to(question.endpoint())
              .withHeaders(question.headers())
              .withBody(question.body())
              .send();
      flows.notebook().take().forEach(note -> text.append("  ").append(note).append('\n'));
      Map<String, Object> headers = answer.getMessage().getHeaders();
      text.append("  = ")
          .append(headers.get(Exchange.HTTP_RESPONSE_CODE))
          .append(' ')
          .append(headers.get("Content-Type"))
          .append(' ')
          .append(inOrder(MessageHelper.extractBodyAsString(answer.getMessage())))
          .append(answer.getException() == null ? "" : " ! " + answer.getException())
          .append('\n');
    }
  }

  /** JSON with its fields in one order: that of an error's details differs from start to start. */
  private static String inOrder(String body) throws IOException {
    boolean object = body != null && body.startsWith("{\"") && body.endsWith("}");
    return object ? JSON.writeValueAsString(JSON.readValue(body, Map.class)) : body;
  }

  private static List<Question> questions(FlowsAnywhere flows) {
    String operator = flows.authorization(Role.OPERATOR);
    String mall = flows.authorization(Role.ORCHESTRATOR);
    List<Question> all = new ArrayList<>();
    all.add(new Question("direct:createItem", Map.of(), "{}"));
    all.add(new Question("direct:createItem", Map.of("Authorization", "Bearer x.y.z"), "{}"));
    all.add(new Question("direct:createItem", Map.of("Authorization", mall), "{}"));
    Map<String, Object> foreign = Map.of("Authorization", operator, "entity_id", "mall-2");
    all.add(new Question("direct:createItem", foreign, "{}"));
    Map<String, Object> own = Map.of("Authorization", operator, "entity_id", "mall-1");
    all.add(new Question("direct:createItem", own, "{\"id\": "));
    all.add(new Question("direct:createItem", own, "{\"id\": true}"));
    all.add(new Question("direct:createItem", own, "{\"id\": \"e1\"}"));
    all.add(new Question("direct:deleteItem", own, null));
    for (String verdict : List.of("applied", "conflict", "refused", "decided before")) {
      all.add(new Question("direct:on-edit-answer", Map.of(), verdict));
    }
    Map<String, Object> beacon =
        Map.of("Authorization", operator, "entity_id", "mall-1", "beacon_id", "b1");
    all.add(new Question("direct:revokeBeacon", beacon, "{}"));
    all.add(new Question("direct:revokeBeacon", beacon, "{\"reason\": \"stolen\"}"));
    all.add(new Question("direct:restoreBeacon", beacon, null));
    for (String type :
        List.of(
            "data_update",
            "task_create",
            "access_log_request",
            "party",
            "ping",
            "connected",
            "resync_required")) {
      all.add(event(type, "known"));
    }
    all.add(event("data_update", "new"));
    all.add(event("config_update", "revoked_beacons"));
    all.add(event("config_update", "volume"));
    all.add(event("data_update", "bad"));
    String changes =
        "{\"changes\": [{\"type\": \"area\", \"operation\": \"delete\", \"id\": 1, \"base_seq\": 1}]}";
    for (String key : List.of("old", "new")) {
      Map<String, Object> headers = Map.of("Authorization", mall, "X-Idempotency-Key", key);
      all.add(new Question("direct:syncChanges", headers, changes));
      all.add(new Question("direct:syncChanges", headers, "{\"changes\": []}"));
    }
    return all;
  }

  private static Question event(String type, String body) {
    Map<String, Object> headers = new LinkedHashMap<>();
    headers.put("DroverEventId", "7");
    headers.put("DroverEventType", type);
    return new Question("direct:dispatch-event", headers, body);
  }
}
