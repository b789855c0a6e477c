package dev.drover.orchestrator.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.drover.engine.schema.Schemas;
import dev.drover.orchestrator.central.CentralAnswerException;
import dev.drover.orchestrator.store.MallEvent;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import org.apache.camel.Exchange;

/** Whether what an event says is what its schema allows, and of this mall. */
public final class EventCheck {
  /** Types whose data has an effect; those without a schema are only kept. */
  private static final Map<String, String> SCHEMAS =
      Map.of(
          "data_update", "data-update",
          "config_update", "config-update",
          "access_log_request", "access-log-request");

  private final Schemas schemas;
  private final String entityId;

  /** Checks of one mall. */
  public EventCheck(Schemas schemas, String entityId) {
    this.schemas = schemas;
    this.entityId = entityId;
  }

  /**
   * Checks the event of the exchange.
   *
   * @throws CentralAnswerException when it is another mall's, or not what its schema says
   */
  public void check(Exchange exchange) {
    MallEvent event = exchange.getProperty(EventSteps.EVENT, MallEvent.class);
    String schema = SCHEMAS.get(event.type());
    JsonNode data = schema == null ? anything(event) : event.json();
    JsonNode entity = data.path("entity_id");
    if (!entity.isMissingNode() && !entityId.equals(entity.asText())) {
      throw new CentralAnswerException("the event is of the entity " + entity.asText());
    }
    if (schema == null) {
      return;
    }
    try {
      schemas.require(schema, data);
    } catch (ProtocolException e) {
      throw new CentralAnswerException("the event does not match its schema: " + e.getMessage(), e);
    }
  }

  /** What a handler without a schema may not even read. */
  private static JsonNode anything(MallEvent event) {
    try {
      return event.json();
    } catch (ProtocolException e) {
      return MissingNode.getInstance();
    }
  }
}
