package dev.drover.engine.guard;

import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Role;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * May this caller do this, and to this entity? (Document 1, section 8.2; R-06.) The entity is the
 * token's: a path, query or header name can only repeat it. Operators and admins with entity {@code
 * *} name the entity they mean.
 */
public final class Authoriser {
  /** Exchange property: the entity that the operation works on. */
  public static final String ENTITY = "DroverEntity";

  private static final String ANY = "*";

  /**
   * Lets the caller pass when it has one of the roles and names no foreign entity.
   *
   * @param roles the roles that may pass, comma separated; admin always may
   * @param scope {@code entity} for what belongs to one entity; {@code every-entity} for what does
   *     not, so that a token of one entity is refused
   * @throws ProtocolException FORBIDDEN for the role or the scope, ENTITY_FORBIDDEN for the entity
   */
  public void authorise(Exchange exchange, String roles, String scope) {
    try {
      check(exchange, roles, scope);
    } catch (ProtocolException e) {
      Promises.refusedByGuard(exchange, e);
      throw e;
    }
    Principal caller = Guards.caller(exchange);
    String entity = entity(caller, exchange.getMessage());
    exchange.setProperty(ENTITY, entity);
    Promises.authorised(exchange, entity, caller.entityId().equals(ANY));
  }

  private static void check(Exchange exchange, String roles, String scope) {
    Principal caller = Guards.caller(exchange);
    Set<String> allowed = Set.of(roles.toLowerCase(Locale.ROOT).split("\\s*,\\s*"));
    if (caller.role() != Role.ADMIN && !allowed.contains(caller.role().wire())) {
      throw new ProtocolException(
          ErrorCode.FORBIDDEN,
          "The role " + caller.role().wire() + " may not do this",
          Map.of("role", caller.role().wire()));
    }
    if (scope.equals("every-entity")
        && caller.role() != Role.ADMIN
        && !caller.entityId().equals(ANY)) {
      throw new ProtocolException(
          ErrorCode.FORBIDDEN,
          "This operation needs a token for every entity (\"*\"); yours is for one",
          Map.of("entity_id", caller.entityId()));
    }
    Message message = exchange.getMessage();
    refuseForeign(caller, message.getHeader("X-Entity-ID"));
    refuseForeign(caller, message.getHeader("entity_id"));
    if (caller.role() == Role.ORCHESTRATOR) {
      refuseOtherOrchestrator(caller, message.getHeader("X-Orchestrator-ID"));
      refuseOtherOrchestrator(caller, message.getHeader("orchestrator_id"));
    }
  }

  /**
   * Refuses an entity named in a body when it is not the caller's.
   *
   * @throws ProtocolException ENTITY_FORBIDDEN
   */
  public static void refuseForeign(Principal caller, Object entity) {
    if (entity != null && !caller.entityId().equals(ANY) && !caller.entityId().equals(entity)) {
      throw new ProtocolException(
          ErrorCode.ENTITY_FORBIDDEN, "The token does not belong to this entity");
    }
  }

  /**
   * Refuses an orchestrator id that is neither the assigned nor the requested one.
   *
   * @throws ProtocolException FORBIDDEN
   */
  public static void refuseOtherOrchestrator(Principal caller, Object id) {
    boolean own =
        id == null
            || id.equals(caller.subject())
            || caller.orchestratorId().equals(Optional.of(id.toString()));
    if (!own) {
      throw new ProtocolException(
          ErrorCode.FORBIDDEN, "The token does not belong to this orchestrator");
    }
  }

  private static String entity(Principal caller, Message message) {
    if (!caller.entityId().equals(ANY)) {
      return caller.entityId();
    }
    return Arrays.asList(message.getHeader("entity_id"), message.getHeader("X-Entity-ID")).stream()
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .findFirst()
        .orElse(ANY);
  }
}
