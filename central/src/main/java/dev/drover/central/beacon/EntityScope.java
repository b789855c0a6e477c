package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.central.entity.ItemRef;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import org.apache.camel.Exchange;

/** The entity of a request. */
final class EntityScope {
  private EntityScope() {}

  /** The entity that the caller may work on, which a body can only repeat. */
  static String of(Exchange exchange, ObjectNode body) {
    String named = body == null ? null : body.path("entity_id").textValue();
    Authoriser.refuseForeign(Guards.caller(exchange), named);
    String entity = exchange.getProperty(Authoriser.ENTITY, String.class);
    String chosen = entity.equals("*") ? named : entity;
    ItemRef.checkEntityId(chosen);
    return chosen;
  }

  /** The entity that the caller may work on. */
  static String of(Exchange exchange) {
    return of(exchange, null);
  }
}
